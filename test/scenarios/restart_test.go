package scenarios

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// as gives a user the rights that following needs, and a kubeconfig.
func (ns *namespace) as(t *testing.T, user string) *namespace {
	t.Helper()
	rule := func(group string, verbs []string, resources ...string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
	}
	watch := []string{"get", "list", "watch"}
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: user}, Rules: []rbacv1.PolicyRule{
		rule("coordination.k8s.io", watch, "leases"), rule("", watch, "pods"),
		rule("", []string{"get"}, "pods/log"), rule("", []string{"get", "create"}, "pods/portforward"),
	}}
	binding := &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}}}
	if _, err := ns.client.RbacV1().Roles(ns.name).Create(t.Context(), role, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := ns.client.RbacV1().RoleBindings(ns.name).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	for _, auth := range config.AuthInfos {
		auth.Impersonate = user
	}
	theirs := *ns
	theirs.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, theirs.kubeconfig); err != nil {
		t.Fatal(err)
	}
	rest, err := clientcmd.NewDefaultClientConfig(*config, nil).ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		t.Fatal(err)
	}
	// A role counts once the API server's cache has it, of which there is no event.
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, err = client.CoordinationV1().Leases(ns.name).List(t.Context(), metav1.ListOptions{Limit: 1}); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	return &theirs
}

// TestAPIServerRestart kills the API server of a cluster of its own, under a user whom RBAC grants no more than needed:
// an API server that has just started denies such a user everything for a moment.
func TestAPIServerRestart(t *testing.T) {
	t.Parallel()
	only(t, breaksControlPlane, kwok, kubelet)
	own := shared.own("-restart")
	if err := own.up(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.down(); err != nil {
			t.Error(err)
		}
	})
	// With these timings the leadership outlives the outage. The log grows by bursts alone.
	ns := own.deploy(t, "--lease-duration=30s", "--renew-deadline=25s", "--retry-period=1s", "--reconcile-every=1h")
	user := ns.as(t, "follower")
	forward, url := forwarded(t, user)
	logs := start(t, user, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	tail := start(t, user, "logs", "-f", "demo-operator", "--tail=1")
	tail.stdout.until(t, "a line", func(text string) bool { return text != "" })
	quiet := start(t, user, "logs", "-f", "demo-operator", "--since=1s")
	for deadline := time.Now().Add(patience); quiet.stdout.String() == ""; time.Sleep(200 * time.Millisecond) {
		if post(t, url+"/burst?lines=1"); time.Now().After(deadline) {
			t.Fatal("logs --since=1s never begins")
		}
	}
	leader := ns.holder(t)
	for range 2 {
		// The log grows while nobody can read it.
		post(t, url+"/burst?lines=20000")
		if err := own.run("kill", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		// Who connects now waits for the API server and is not refused.
		answer := make(chan error, 1)
		go func() { _, err := askState(url); answer <- err }()
		forward.stderr.until(t, "a word of the outage", func(text string) bool { return strings.Contains(text, "does not answer") })
		if err := own.run("start", "kube-apiserver"); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; err != nil {
			t.Errorf("a connection made during the outage: %v", err)
		}
		if s, err := askState(url); err != nil || s.Pod != leader {
			t.Errorf("after the outage %+v answered (%v), want %s", s, err, leader)
		}
	}
	forward.stderr.until(t, "the end of the outage", func(text string) bool { return strings.Contains(text, "answers again") })
	next := ns.deleteLeader(t)
	if s, err := askState(url); err != nil || s.Pod != next {
		t.Errorf("after a failover %+v answered (%v), want %s", s, err, next)
	}
	post(t, url+"/burst?lines=1")
	checkComplete(t, ns, logs)
	for _, p := range []*process{tail, quiet} {
		checkGapless(t, p, leader, 40_000)
	}
}

// checkGapless checks that what was printed of a pod's log from some line on is whole and in order.
func checkGapless(t *testing.T, p *process, pod string, atLeast int) {
	t.Helper()
	text := p.stdout.until(t, "the old leader's end", func(text string) bool { return strings.Contains(text, "shutting down pod="+pod) })
	last, count := 0, 0
	for line := range strings.Lines(text) {
		if !numbered(line) || !strings.Contains(line, "pod="+pod) {
			continue
		}
		seq, _, _ := strings.Cut(strings.TrimPrefix(line, "seq="), " ")
		number, err := strconv.Atoi(seq)
		if err != nil || last != 0 && number != last+1 {
			t.Fatalf("after line %d came %q", last, line)
		}
		last = number
		count++
	}
	if count < atLeast {
		t.Errorf("%d lines, want at least %d", count, atLeast)
	}
}
