package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// TestLeastPrivilege gives a service account the Roles of each part of docs/rbac.md, and nothing else: the commands beside
// them work, and with one verb less they do what the page says.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	ns, locks := shared.deploy(t), shared.deploy(t, "--replicas=0")
	words := strings.NewReplacer("my-operator", "demo-operator", "my-system", ns.name, "my-locks", locks.name)
	nodeLock, minor := ns.otherLocks(t, locks), ns.minor(t)
	parts := pages(t, "rbac.md")
	usual := slices.IndexFunc(parts, func(p page) bool { return p.heading == "Following" })
	if usual < 0 {
		t.Fatal("the page has no part about following")
	}
	for i, part := range parts {
		if part.block("yaml") == "" {
			continue
		}
		if !nodeLock && strings.Contains(part.block("sh"), "my-operator-lock") {
			left.add(t.Name()+"/"+part.heading, "no node has one of the operator's pods alone")
			continue
		}
		in, words := ns, words
		if strings.Contains(part.text, "delete.yaml") { // it would take the leader away from the others
			in = shared.deploy(t)
			words = strings.NewReplacer("my-operator", "demo-operator", "my-system", in.name)
		}
		roles := rolesOf(t, words.Replace(part.block("yaml")))
		says := effects(t, parts[usual], minor)
		for lacking, effect := range effects(t, part, minor) {
			says[lacking] = effect
		}
		commands := strings.Split(strings.TrimSpace(words.Replace(part.block("sh"))), "\n")
		try := func(name, account string, roles []role, want effect) {
			t.Run(part.heading+"/"+name, func(t *testing.T) {
				t.Parallel()
				in.runsWith(t, account, roles, commands, want)
			})
		}
		try("with all of it", fmt.Sprintf("p%d", i), roles, effect{works: true})
		for _, right := range rightsOf(roles) {
			says, ok := says[right.String()]
			if !ok {
				t.Errorf("%s: the page does not say what happens without %s", part.heading, right)
				continue
			}
			account := fmt.Sprintf("p%d-%s-%s", i, right.verb, strings.ReplaceAll(right.resource, "/", "-"))
			try("without "+right.String(), account, without(roles, right), says)
		}
	}
}

// otherLocks makes those of the page that do not plainly name their pod, or are elsewhere. One names a node; false where that
// has several of the operator's pods, so that nobody could tell which one is meant.
func (ns *namespace) otherLocks(t *testing.T, elsewhere *namespace) bool {
	t.Helper()
	pods := ns.pods(t)
	ns.holdLease(t, "my-address", pods[0].Status.PodIP+":5701")
	ns.holdConfigMap(t, "my-config", pods[0].Name)
	elsewhere.holdLease(t, "demo-operator", pods[0].Name)
	perNode := map[string]int{}
	for _, pod := range pods {
		perNode[pod.Spec.NodeName]++
	}
	for node, count := range perNode {
		if count == 1 {
			ns.holdLease(t, "demo-operator-lock", node+".corp.example")
			return true
		}
	}
	return false
}

// effect is what the page says of a command that lacks a right.
type effect struct {
	works    bool
	messages []string
}

var worksBetween = regexp.MustCompile(`; works from 1\.(\d+) to 1\.(\d+)$`)

// effects reads a part's table, by what is lacking: `get` on `pods`. It is about an API server of a
// minor version.
func effects(t *testing.T, p page, minor int) map[string]effect {
	t.Helper()
	all := map[string]effect{}
	for _, row := range p.rows() {
		works := strings.HasPrefix(row[1], "works")
		if !works && !strings.HasPrefix(row[1], "exit code 2: ") {
			t.Errorf("%s: %q tells neither that it works nor an exit code", p.heading, row[1])
		}
		says := effect{works, codes(row[1])}
		if between := worksBetween.FindStringSubmatch(row[1]); between != nil && number(t, between[1]) <= minor && minor <= number(t, between[2]) {
			says = effect{works: true}
		}
		all[strings.Join(codes(row[0]), " on ")] = says
	}
	return all
}

// right is one verb on one resource.
type right struct {
	verb, resource string
}

func (r right) String() string { return r.verb + " on " + r.resource }

// role is a Role, or a ClusterRole where it has no namespace. Each of its rules has one resource.
type role struct {
	namespace string
	rules     []rbacv1.PolicyRule
}

func rolesOf(t *testing.T, text string) (roles []role) {
	t.Helper()
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		var object rbacv1.Role // a ClusterRole has the same fields, and no namespace
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			return roles
		}
		if err != nil || len(object.Rules) == 0 || (object.Kind == "Role") != (object.Namespace != "") {
			t.Fatalf("%v in\n%s", err, text)
		}
		r := role{namespace: object.Namespace}
		for _, rule := range object.Rules {
			for _, resource := range rule.Resources {
				single := rule.DeepCopy()
				single.Resources = []string{resource}
				r.rules = append(r.rules, *single)
			}
		}
		roles = append(roles, r)
	}
}

func rightsOf(roles []role) (all []right) {
	for _, role := range roles {
		for _, rule := range role.rules {
			for _, verb := range rule.Verbs {
				all = append(all, right{verb, rule.Resources[0]})
			}
		}
	}
	return all
}

func without(roles []role, lacking right) (less []role) {
	for _, of := range roles {
		fewer := role{namespace: of.namespace}
		for _, rule := range of.rules {
			rule = *rule.DeepCopy()
			if rule.Resources[0] == lacking.resource {
				rule.Verbs = slices.DeleteFunc(rule.Verbs, func(verb string) bool { return verb == lacking.verb })
			}
			if len(rule.Verbs) > 0 {
				fewer.rules = append(fewer.rules, rule)
			}
		}
		less = append(less, fewer)
	}
	return less
}

// asPlugin has a shell start the plugin as kubectl does, without kubectl's own start, which takes
// longer than the plugin's.
const asPlugin = `kubectl() { test "$1" = leader && shift && kubectl-leader "$@"; }
`

// lasting finds how long a command of the page goes on.
var lasting = regexp.MustCompile(`((?:--timeout=|--stable-for=|-- sleep ))[12](s?)$`)

// runsWith runs commands as a service account that has these roles and no others.
func (ns *namespace) runsWith(t *testing.T, account string, roles []role, commands []string, want effect) {
	t.Helper()
	theirs := ns.account(t, account, roles)
	dir := t.TempDir()
	for name, check := range map[string]string{
		"exec.yaml":   "kubectl:\n  lock:\n    - {lock: demo-operator, stableFor: 1s}\n  exec:\n    - {leaderElection: {lease: demo-operator}, command: [cat, leader-token], outputContains: valid}\n",
		"delete.yaml": "kubectl:\n  delete:\n    - leaderElection: {lease: demo-operator}\n  lock:\n    - {lock: demo-operator, stableFor: 1s}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(check), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range commands {
		if len(want.messages) > 0 { // what is denied is told within the time that the page's command lasts
			command = lasting.ReplaceAllString(command, "${1}"+seconds(scaled(4*time.Second))+"$2")
		}
		if len(want.messages) > 0 || !want.works { // with all of it, kubectl itself starts the plugin
			command = asPlugin + command
		}
		var stderr bytes.Buffer
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		cmd := exec.CommandContext(ctx, "sh", "-c", command)
		cmd.Dir, cmd.Stderr, cmd.Env = dir, &stderr, append(os.Environ(), "KUBECONFIG="+theirs)
		stdout, err := cmd.Output()
		cancel()
		code := cmd.ProcessState.ExitCode()
		if wanted := map[bool]int{true: 0, false: 2}[want.works]; code != wanted {
			t.Errorf("%s: exit code %d (%v), want %d\n%s%s", command, code, err, wanted, stdout, &stderr)
			continue
		}
		for _, message := range want.messages {
			if !strings.Contains(string(stdout)+stderr.String(), message) { // the report of assert is on stdout
				t.Errorf("%s does not say %q:\n%s%s", command, message, stdout, &stderr)
			}
		}
	}
}

// account makes a service account with roles, and returns a kubeconfig with a token of it.
func (ns *namespace) account(t *testing.T, name string, roles []role) (kubeconfig string) {
	t.Helper()
	if _, err := ns.client.CoreV1().ServiceAccounts(ns.name).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	subject := rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: name, Namespace: ns.name}
	for _, role := range roles {
		if role.namespace == "" {
			ns.grantEverywhere(t, ns.name+"-"+name, subject, role.rules)
			continue
		}
		in := *ns
		in.name = role.namespace
		in.grant(t, ns.name+"-"+name, subject, role.rules)
	}
	for _, role := range roles {
		ns.untilAllowed(t, "system:serviceaccount:"+ns.name+":"+name, role)
	}
	token, err := ns.client.CoreV1().ServiceAccounts(ns.name).CreateToken(t.Context(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	for user := range config.AuthInfos {
		config.AuthInfos[user] = &clientcmdapi.AuthInfo{Token: token.Status.Token}
	}
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}

// grantEverywhere binds a subject to a ClusterRole of its own, until the test ends.
func (ns *namespace) grantEverywhere(t *testing.T, name string, subject rbacv1.Subject, rules []rbacv1.PolicyRule) {
	t.Helper()
	roles, bindings := ns.client.RbacV1().ClusterRoles(), ns.client.RbacV1().ClusterRoleBindings()
	_, err := roles.Create(t.Context(), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = bindings.Create(t.Context(), &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: []rbacv1.Subject{subject},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		bindings.Delete(context.Background(), name, metav1.DeleteOptions{}) // the account goes with its namespace, too
		roles.Delete(context.Background(), name, metav1.DeleteOptions{})
	})
}

// untilAllowed waits until the API server knows that a user has all that a role grants.
func (ns *namespace) untilAllowed(t *testing.T, user string, role role) {
	t.Helper()
	ns.untilReviewed(t, user, role, true)
}

// untilDenied waits until the API server knows that a user has nothing of that.
func (ns *namespace) untilDenied(t *testing.T, user string, role role) {
	t.Helper()
	ns.untilReviewed(t, user, role, false)
}

// untilReviewed waits until the API server's own answers about a role are as wanted: there is no
// event for it.
func (ns *namespace) untilReviewed(t *testing.T, user string, role role, allowed bool) {
	t.Helper()
	for _, rule := range role.rules {
		for _, name := range rule.Resources {
			resource, subresource, _ := strings.Cut(name, "/")
			for _, verb := range rule.Verbs {
				ns.untilReview(t, user, allowed, authorizationv1.ResourceAttributes{
					Namespace: role.namespace, Verb: verb, Group: rule.APIGroups[0], Resource: resource, Subresource: subresource,
					Name: strings.Join(rule.ResourceNames, ""), // one, or none
				})
			}
		}
	}
}

func (ns *namespace) untilReview(t *testing.T, user string, allowed bool, asked authorizationv1.ResourceAttributes) {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &asked}}
	for deadline := time.Now().Add(patience); ; {
		began := time.Now()
		answer, err := ns.client.AuthorizationV1().SubjectAccessReviews().Create(t.Context(), review, metav1.CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status.Allowed == allowed {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the API server does not come to know whether %s may %s %s: want %t", user, asked.Verb, asked.Resource, allowed)
		}
		<-respite(time.Since(began))
	}
}
