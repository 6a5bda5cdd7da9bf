package identity

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/docs/docstest"
)

// TestDocumentedRules runs each example of the page through the rules, among pods that are not meant.
func TestDocumentedRules(t *testing.T) {
	rows := docstest.Tables(docstest.Read(t, docstest.Path(t, "docs", "leader.md")), "### The rules")
	documented := map[string]bool{}
	for _, row := range rows {
		rule := docstest.Codes(row["rule"])[0]
		documented[rule] = true
		t.Run(rule+" "+row["for example"], func(t *testing.T) {
			pod := documentedPod(t, row)
			claim, selector := documentedClaim(t, row, pod)
			for _, order := range [][]*corev1.Pod{append([]*corev1.Pod{pod}, decoys(pod)...), append(decoys(pod), pod)} {
				s := NewSearch(claim, selector)
				s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "other-node"}})
				s.Node(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: pod.Spec.NodeName}})
				for _, p := range order {
					s.Pod(p)
				}
				var found []string
				for _, m := range s.Matches() {
					found = append(found, m.Pod.Name+" by rule "+m.Rule)
				}
				if diff := cmp.Diff([]string{pod.Name + " by rule " + rule}, found); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	for _, rule := range rulesInCode(t) {
		if !documented[rule] && !strings.HasPrefix(rule, "+") {
			t.Errorf("the page has no example of rule %s", rule)
		}
		if strings.HasPrefix(rule, "+") && !documented["node-host"+rule] {
			t.Errorf("the page has no example of a rule with %s", rule)
		}
	}
}

// documentedPod is the pod of a row, with what the last column says that it has.
func documentedPod(t *testing.T, row docstest.Row) *corev1.Pod {
	t.Helper()
	namespace, name, _ := strings.Cut(docstest.Codes(row["leads to pod"])[0], "/")
	object := map[string]any{"metadata": map[string]any{"namespace": namespace, "name": name}, "spec": map[string]any{"nodeName": "worker-1"}}
	for _, field := range docstest.Codes(row["which has"]) {
		path, text, _ := strings.Cut(field, ": ")
		var value any = text
		if text == "true" {
			value = true
		}
		if err := unstructured.SetNestedField(object, value, strings.Split(path, ".")...); err != nil {
			t.Fatal(err)
		}
	}
	pod := &corev1.Pod{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, pod, true); err != nil {
		t.Fatal(err)
	}
	pod.Status.Phase = corev1.PodRunning
	return pod
}

func documentedClaim(t *testing.T, row docstest.Row, pod *corev1.Pod) (Claim, labels.Selector) {
	t.Helper()
	claim := Claim{PodNamespace: pod.Namespace}
	claim.LockNamespace, claim.LockName, _ = strings.Cut(docstest.Codes(row["lock"])[0], "/")
	switch holder := docstest.Codes(row["holder"]); {
	case len(holder) == 1:
		claim.Holder = holder[0]
	default: // an owner reference has the pod's name
		claim.Holder, claim.Owned = pod.Name, true
	}
	if docstest.Codes(row["rule"])[0] == "selector" {
		return claim, labels.SelectorFromSet(pod.Labels)
	}
	return claim, nil
}

// decoys are pods that are not meant: another replica, one that is called alike, another one on the same node.
func decoys(of *corev1.Pod) []*corev1.Pod {
	other := func(name, node string) *corev1.Pod {
		return pod(of.Namespace+"/"+name, node, func(p *corev1.Pod) { p.Status.PodIP = "10.244.9.9" })
	}
	neighbour := other("kube-proxy-x4x5x", of.Spec.NodeName)
	neighbour.Spec.HostNetwork = true
	neighbour.OwnerReferences = []metav1.OwnerReference{{Kind: "DaemonSet", Name: "kube-proxy", Controller: ptr.To(true)}}
	short := of.Name[:min(len(of.Name)-1, 50)] // less than what two long names may have in common when they are cut
	return []*corev1.Pod{other("x"+of.Name, "other-node"), other(short, "other-node"), other("unrelated-0", of.Spec.NodeName), neighbour}
}

// rulesInCode lists the rules that the code can report: what its source gives to a Rule, a rule, or the hosts of a pod.
func rulesInCode(t *testing.T) (rules []string) {
	t.Helper()
	texts := func(of ast.Node) {
		ast.Inspect(of, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				rule, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				rules = append(rules, rule)
			}
			_, inner := n.(*ast.CallExpr)
			return !inner || n == of
		})
	}
	for _, file := range docstest.Sources(t, ".") {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
					texts(n.Value)
				}
			case *ast.AssignStmt:
				if slices.ContainsFunc(n.Lhs, func(to ast.Expr) bool { id, ok := to.(*ast.Ident); return ok && id.Name == "rule" }) {
					for _, value := range n.Rhs {
						texts(value)
					}
				}
			case *ast.CallExpr:
				if fun, ok := n.Fun.(*ast.Ident); ok && fun.Name == "add" {
					for _, arg := range n.Args {
						if text, ok := arg.(*ast.BasicLit); ok {
							texts(text)
						}
					}
				}
			}
			return true
		})
	}
	rules = slices.DeleteFunc(rules, func(rule string) bool { return rule == "" || rule == "." })
	slices.Sort(rules)
	if rules = slices.Compact(rules); len(rules) < 15 {
		t.Fatalf("only these rules are found in the code, so the search for them is wrong: %q", rules)
	}
	return rules
}

// TestDocumentedElections: the page lists the locks whose name does not tell who elects.
func TestDocumentedElections(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| lock | elects a pod of | source |\n|---|---|---|\n")
	for _, election := range elections {
		who := "none, it is a process of the host"
		if len(election.components) > 0 {
			who = "`" + strings.Join(election.components, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", election.lock, who, election.source)
	}
	docstest.ComparePart(t, docstest.Path(t, "docs", "leader.md"), "elections", b.String()+"\n")
}
