package cli

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

func TestWhatIsCompletedWithoutACluster(t *testing.T) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	for line, want := range map[string]string{
		"hol|":                             "holder :4",
		"nonsense |":                       ":4",
		"holder -o js|":                    "json jsonpath jsonpath-as-json jsonpath-file :36",
		"holder |":                         ":36",
		"holder --timeout |":               ":4",
		"holder --kubeconfig |":            ":0",
		"holder --cache-dir |":             ":16",
		"list |":                           ":4",
		"assert x -o |":                    "json junit tap github :36",
		"assert x --scheme |":              "http https :36",
		"assert -f |":                      "yaml yml json :8",
		"assert -f checks.yaml |":          ":4",
		"assert x --not-|":                 "--not-between --not-equals --not-exists --not-one-of :4",
		"port-forward x 8080 -o |":         "json :36",
		"port-forward x 8080 -- |":         ":0",
		"port-forward x 8080 -- curl -|":   ":0",
		"port-forward --lease |":           ":36",
		"version -o |":                     "json yaml :36",
		"version |":                        ":4",
		"completion |":                     "kubectl bash zsh fish powershell :36",
		"completion bash |":                ":4",
		"help por|":                        "port-forward :4",
		"watch -A |":                       ":4",
		"options |":                        ":4",
		"logs --lease=x --all-containers|": "--all-containers :4",
	} {
		if got := completionsOf(t, line); got != want {
			t.Errorf("%s %q, want %q", line, got, want)
		}
	}
}

// completionsOf completes a command line at the bar; the directive is the last word. Descriptions are left out.
func completionsOf(t *testing.T, line string) string {
	t.Helper()
	before, _, _ := strings.Cut(line, "|")
	stdout, _, err := runWith("kubectl leader", append([]string{cobra.ShellCompNoDescRequestCmd}, strings.Split(before, " ")...)...)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Join(strings.Fields(stdout), " ")
}

// TestClosedValuesAreCompleted: of what there are only some values, in every command.
func TestClosedValuesAreCompleted(t *testing.T) {
	closed := map[string]bool{"output": true, "color": true, "scheme": true, "method": true}
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	for _, cmd := range newRootCommand("kubectl leader", streams).Commands() {
		for name := range closed {
			if flag := cmd.Flag(name); flag == nil {
				continue
			}
			if got := completionsOf(t, cmd.Name()+" --"+name+" |"); !strings.HasSuffix(got, " :36") {
				t.Errorf("%s --%s is completed with %q", cmd.Name(), name, got)
			}
		}
	}
}

// TestAClusterThatDoesNotAnswer gives no completions, in time and without a word.
func TestAClusterThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) // nothing of it is needed any more
	began := time.Now()
	stdout, stderr, err := runWith("kubectl leader", cobra.ShellCompRequestCmd, "holder", "--server=http://"+listener.Addr().String(), "")
	if err != nil || stdout != ":36\n" || strings.Contains(strings.ToLower(stderr), "error") {
		t.Errorf("%v, stdout %q, stderr %q", err, stdout, stderr)
	}
	if took := time.Since(began); took < completeWithin || took > 2*completeWithin {
		t.Errorf("it took %s", took)
	}
}

func TestWhatHasBeenSaidInTimeIsOffered(t *testing.T) {
	cmd := &cobra.Command{}
	ctx, cancel := context.WithCancel(t.Context())
	cmd.SetContext(ctx)
	flags := &connectionFlags{}
	flags.overrides.ClusterInfo.Server = "http://127.0.0.1:1" // nothing is asked of it
	stuck := make(chan struct{})
	defer close(stuck)
	got := inTime(cmd, flags, func(_ context.Context, _ *cluster, found *gathering[string]) {
		found.add("quick")
		cancel() // the time is up
		<-stuck
		found.add("late")
	})
	if !slices.Equal(got, []string{"quick"}) {
		t.Errorf("%q", got)
	}
}

func TestPortOffers(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{
			{Name: "sidecar", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways), Ports: []corev1.ContainerPort{{ContainerPort: 9000}}},
			{Name: "setup", Ports: []corev1.ContainerPort{{Name: "gone", ContainerPort: 1}}},
		},
		Containers: []corev1.Container{{Name: "manager", Ports: []corev1.ContainerPort{
			{Name: "metrics", ContainerPort: 8080, Protocol: corev1.ProtocolTCP},
			{Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP},
		}}},
	}}
	for _, test := range []struct {
		before string
		given  []string
		want   []string
	}{
		{"", []string{"my-lock"}, []string{"metrics\tport 8080 of container manager", "8080\tmetrics of container manager", "9000\tport of container sidecar"}},
		{"5000:", nil, []string{"5000:metrics\tport 8080 of container manager", "5000:8080\tmetrics of container manager", "5000:9000\tport of container sidecar"}},
		{"", []string{"my-lock", ":metrics"}, []string{"9000\tport of container sidecar"}},
		{":", []string{"my-lock", "9000", "1:8080"}, nil},
	} {
		if got := portOffers(pod, test.before, test.given); !slices.Equal(got, test.want) {
			t.Errorf("%q %q: %q, want %q", test.before, test.given, got, test.want)
		}
	}
}

func TestContainerOffers(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "op-0"}, Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "setup"}},
		Containers:     []corev1.Container{{Name: "manager"}},
		EphemeralContainers: []corev1.EphemeralContainer{
			{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debugger"}},
		},
	}}
	want := []string{"manager\tcontainer of pod op-0", "setup\tinit container of pod op-0", "debugger\tephemeral container of pod op-0"}
	if got := containerOffers(pod); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLockOffers(t *testing.T) {
	legacy := election.Lock{Ref: election.Ref{Kind: election.ConfigMap, Name: "legacy"}}
	spring := election.Lock{Ref: election.Ref{Kind: election.ConfigMap, Name: "leaders", Key: "a"}}
	lease := election.Lock{Ref: election.Ref{Kind: election.Lease, Name: "op"}, Record: election.Record{Holder: "a\x1b[2J\tb"}, Marker: "a node's heartbeat"}
	for typed, want := range map[string][3]string{
		"":           {"configmap/legacy", "configmap/leaders/a", "op"},
		"cm/":        {"cm/legacy", "cm/leaders/a", "cm/op"},
		"configmap/": {"configmap/legacy", "configmap/leaders/a", "configmap/op"},
	} {
		if got := [3]string{lockText(legacy, typed), lockText(spring, typed), lockText(lease, typed)}; got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
	for state, want := range map[election.State]string{
		election.Held:        `a\x1b[2J\tb`,
		election.Expired:     `expired, last held by a\x1b[2J\tb`,
		election.Released:    "released",
		election.NotElection: "not an election but a node's heartbeat",
	} {
		if got := lockNote(lease, state); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
}

func TestLockSourcesAreThoseThatCanMatch(t *testing.T) {
	for typed, want := range map[string]string{
		"":                            "Lease ConfigMap Endpoints KopfPeering DaemonSet",
		"my-op":                       "Lease",
		"c":                           "Lease ConfigMap",
		"lease/":                      "Lease",
		"cm/x":                        "ConfigMap",
		"leases.coordination.k8s.io/": "Lease",
		"clusterkopfpeering/":         "ClusterKopfPeering",
		"pod/":                        "",
	} {
		var kinds []string
		for _, source := range lockSources(election.Lister{Namespace: "demo"}, typed) {
			kinds = append(kinds, source.Kind.Name)
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

func TestHarmlessInShells(t *testing.T) {
	for text, want := range map[string]bool{
		"op-0_2c87fe46-1182": true, "root@op-0/2026-01-04T10:00:00/x4k": true, "größe": false, "a b": false, "$(reboot)": false, "a;b": false, "a'b": false, "~": false,
	} {
		if got := harmlessInShells(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}
