package scenarios

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

func rule(group string, verbs []string, resources ...string) rbacv1.PolicyRule {
	return rbacv1.PolicyRule{APIGroups: []string{group}, Resources: resources, Verbs: verbs}
}

var (
	get, getListWatch = []string{"get"}, []string{"get", "list", "watch"}
	streams           = []rbacv1.PolicyRule{rule("", get, "pods/log"), rule("", []string{"get", "create"}, "pods/portforward")}
)

// everything is what following wants, getOnly what it cannot do without.
func everything() []rbacv1.PolicyRule {
	return append([]rbacv1.PolicyRule{rule("coordination.k8s.io", getListWatch, "leases"), rule("", getListWatch, "pods")}, streams...)
}

func getOnly() []rbacv1.PolicyRule {
	return append([]rbacv1.PolicyRule{rule("coordination.k8s.io", get, "leases"), rule("", get, "pods")}, streams...)
}

// thisNameOnly grants the one Lease. Lists and watches of a single name are allowed by that, too.
func thisNameOnly() []rbacv1.PolicyRule {
	lease := rule("coordination.k8s.io", getListWatch, "leases")
	lease.ResourceNames = []string{"demo-operator"}
	return append([]rbacv1.PolicyRule{lease, rule("", get, "pods")}, streams...)
}

var follower = rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "follower"}

func withRights(rules func() []rbacv1.PolicyRule) func(*testing.T, *namespace) *namespace {
	return func(t *testing.T, ns *namespace) *namespace {
		ns.grant(t, "follower", follower, rules())
		ns.untilAllowed(t, follower.Name, role{ns.name, rules()})
		return ns.rewritten(t, func(config *clientcmdapi.Config) {
			for _, auth := range config.AuthInfos {
				auth.Impersonate = "follower"
			}
		})
	}
}

// grant binds a subject to a role with these rules, or changes the role.
func (ns *namespace) grant(t *testing.T, name string, subject rbacv1.Subject, rules []rbacv1.PolicyRule) {
	t.Helper()
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: name}, Rules: rules}
	if _, err := ns.client.RbacV1().Roles(ns.name).Update(t.Context(), role, metav1.UpdateOptions{}); err != nil { // which creates, too
		t.Fatal(err)
	}
	binding := &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Subjects: []rbacv1.Subject{subject},
		RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
	}
	if _, err := ns.client.RbacV1().RoleBindings(ns.name).Create(t.Context(), binding, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

// rewritten is the namespace with another kubeconfig.
func (ns *namespace) rewritten(t *testing.T, change func(*clientcmdapi.Config)) *namespace {
	t.Helper()
	config, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	change(config)
	theirs := *ns
	theirs.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, theirs.kubeconfig); err != nil {
		t.Fatal(err)
	}
	return &theirs
}

func deniedWatch(t *testing.T, f *following) {
	for _, p := range []*process{f.forward, f.watch} {
		p.stderr.until(t, "word of the denial", func(text string) bool { return strings.Contains(text, "no access to watch") })
	}
	defer func() {
		for _, p := range []*process{f.forward, f.watch} {
			if text := p.stderr.String(); strings.Count(text, "no access to watch") != 1 {
				t.Errorf("the denial has to be told once: %s", text)
			}
		}
	}()
	vacant(time.Second)(t, f)
}

func narrowing(t *testing.T, ns *namespace) *namespace {
	return throughWire(t, withRights(everything)(t, ns))
}

// narrowed takes list and watch away. What is open stays so, and the next one is denied.
func narrowed(t *testing.T, f *following) {
	f.ns.grant(t, "follower", follower, getOnly())
	for _, resource := range []rbacv1.PolicyRule{rule("coordination.k8s.io", []string{"list", "watch"}, "leases"), rule("", []string{"list", "watch"}, "pods")} {
		f.ns.untilDenied(t, follower.Name, role{f.ns.name, []rbacv1.PolicyRule{resource}})
	}
	f.by.wire.reset()
	for _, p := range []*process{f.forward, f.watch} {
		p.stderr.until(t, "word of the denial", func(text string) bool { return strings.Contains(text, "no access to watch") })
	}
	f.caughtUp(t)
	vacant(time.Second)(t, f)
}

// withToken follows as a service account, with tokens that a credential plugin hands out. The first one ends with a Secret.
func withToken(t *testing.T, ns *namespace) *namespace {
	if _, err := ns.client.CoreV1().ServiceAccounts(ns.name).Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "follower"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	ns.grant(t, "follower", rbacv1.Subject{Kind: rbacv1.ServiceAccountKind, Name: "follower", Namespace: ns.name}, everything())
	ns.untilAllowed(t, "system:serviceaccount:"+ns.name+":follower", role{ns.name, everything()})
	ns.handOut(t, "first")
	return throughWire(t, ns.rewritten(t, func(config *clientcmdapi.Config) {
		for name := range config.AuthInfos {
			config.AuthInfos[name] = &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
				APIVersion: "client.authentication.k8s.io/v1", Command: "cat", Args: []string{ns.credential()}, InteractiveMode: clientcmdapi.NeverExecInteractiveMode,
			}}
		}
	}))
}

func (ns *namespace) credential() string {
	return filepath.Join(filepath.Dir(ns.kubeconfig), "credential")
}

// handOut makes a token that ends with a Secret of this name, and lets the credential plugin say it from now on.
func (ns *namespace) handOut(t *testing.T, secret string) {
	t.Helper()
	made, err := ns.client.CoreV1().Secrets(ns.name).Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: secret}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		BoundObjectRef: &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Secret", Name: secret, UID: made.UID},
	}}
	request, err = ns.client.CoreV1().ServiceAccounts(ns.name).CreateToken(t.Context(), "follower", request, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	said, err := json.Marshal(map[string]any{
		"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": map[string]any{"token": request.Status.Token},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ns.credential()+".new", said, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(ns.credential()+".new", ns.credential()); err != nil {
		t.Fatal(err)
	}
}

// tokenEnds lets the token end that all of them have. The credential plugin has the next one.
func tokenEnds(t *testing.T, f *following) {
	old := *f.ns
	old.kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	config, err := clientcmd.LoadFromFile(f.by.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	var credential struct{ Status struct{ Token string } }
	said, err := os.ReadFile(f.ns.credential())
	if err != nil || json.Unmarshal(said, &credential) != nil {
		t.Fatal(err)
	}
	for name := range config.AuthInfos {
		config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: credential.Status.Token}
	}
	if err := clientcmd.WriteToFile(*config, old.kubeconfig); err != nil {
		t.Fatal(err)
	}
	f.ns.handOut(t, "second")
	if err := f.ns.client.CoreV1().Secrets(f.ns.name).Delete(t.Context(), "first", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; { // the API server remembers a token for ten seconds
		began := time.Now()
		p := start(t, &old, "holder", "demo-operator")
		if code := p.wait(t); code == 2 && strings.Contains(p.stderr.String(), "Unauthorized") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the token does not end: %s", p.stderr)
		}
		<-respite(10 * time.Since(began))
	}
	f.by.wire.reset()
	f.caughtUp(t)
	vacant(time.Second)(t, f)
}
