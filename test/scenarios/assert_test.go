package scenarios

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// assertReport is what a test reads of `assert -o json`.
type assertReport struct {
	Holds       bool
	Checkpoints []struct{ Checks []assertCheck }
}

type assertCheck struct {
	Holds               bool
	Results             []struct{ Got string }
	Term                struct{ Pod, HolderIdentity string }
	Attempts, Discarded int
}

// TestStaleEvidence forces a failover between a request and its answer, and has the answer given only when another leads.
// The old leader, whose renew deadline is far, believes the whole time that it leads, and says so.
func TestStaleEvidence(t *testing.T) {
	t.Parallel()
	// gated is a command that the old leader answers late, and any other one at once.
	gated := func(old string) string {
		return fmt.Sprintf(`cat leader-token; test $POD_NAME != %s || { touch asked; until test -e go; do sleep 0.05; done; }`, old)
	}
	for _, test := range []struct {
		name string
		// check is the entry of a check file's kubectl block, where old leads.
		check func(old string) string
		late  bool // nothing is heard from the watches until the old leader is asked again
		holds bool
		got   string // about the new leader
	}{
		{
			name: "a command's output",
			check: func(old string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid demo-operator", gated(old))
			},
			holds: true, got: "valid NEW",
		},
		{
			name: "a command's output that only the old leader could have",
			check: func(old string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid %s", gated(old), old)
			},
			holds: false, got: "valid NEW",
		},
		{
			name: "a command's output while the watches are late",
			check: func(old string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid demo-operator", gated(old))
			},
			late:  true,
			holds: true, got: "valid NEW",
		},
		{
			name: "an answer by HTTP",
			check: func(string) string {
				return "port-forward:\n    - port: 8080\n      path: /drip?count=4&every=500ms\n      outputContains: drip 4/4"
			},
			holds: true, got: "drip 4/4",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ns := shared.deploy(t, "--lease-duration=60s", "--renew-deadline=50s", "--retry-period=500ms")
			old := ns.holder(t)
			asked, again := make(chan struct{}), make(chan struct{})
			var requests atomic.Int32
			_, through := proxy(t, ns, func(r *http.Request) bool {
				switch {
				case strings.HasSuffix(r.URL.Path, "/exec"), strings.HasSuffix(r.URL.Path, "/portforward"):
					switch requests.Add(1) {
					case 1:
						close(asked)
					case 2:
						close(again)
					}
				case test.late && r.URL.Query().Get("watch") != "":
					select {
					case <-again:
					case <-r.Context().Done():
					}
				}
				return false
			})
			file := "kubectl:\n  " + test.check(old) +
				"\n      leaderElection: {lease: demo-operator, namespace: " + ns.name + "}\n"
			p := start(t, through, "assert", "-f", "-", "-o", "json", "--timeout=25s", func(cmd *exec.Cmd) { cmd.Stdin = strings.NewReader(file) })
			select {
			case <-asked:
			case <-p.ended:
				t.Fatalf("nobody was asked: %s", p.stdout)
			}
			command := strings.Contains(file, "touch asked")
			if command {
				ns.inPod(t, old, "until test -e asked; do sleep 0.05; done")
			}
			next := ns.usurp(t, old)
			if command {
				if token := ns.inPod(t, old, "cat leader-token"); token != "valid "+old+"\n" {
					t.Fatalf("%s says %q after the failover: this would prove nothing", old, token)
				}
				ns.inPod(t, old, "touch go")
			}
			code := p.wait(t)
			var report assertReport
			if err := json.Unmarshal([]byte(p.stdout.String()), &report); err != nil {
				t.Fatalf("%v in %s", err, p.stdout)
			}
			if code == 0 != test.holds || report.Holds != test.holds {
				t.Errorf("exit code %d, holds %v; want %v", code, report.Holds, test.holds)
			}
			check := report.Checkpoints[0].Checks[0]
			if check.Term.Pod != next || check.Term.HolderIdentity != ns.identity(t) {
				t.Errorf("a verdict on the term of %s, %s; want that of %s", check.Term.Pod, check.Term.HolderIdentity, next)
			}
			if check.Discarded < 1 || check.Attempts <= check.Discarded {
				t.Errorf("%d of %d answers discarded, want the old leader's", check.Discarded, check.Attempts)
			}
			want := strings.ReplaceAll(test.got, "NEW", next)
			if got := check.Results[len(check.Results)-1].Got; !strings.Contains(got, want) || strings.Contains(got, old) {
				t.Errorf("judged %s, want the answer %s", got, want)
			}
			if t.Failed() {
				t.Log(p.stdout)
			}
		})
	}
}

// usurp overwrites the Lease's holder by a follower's identity, and returns its pod when that leads. The old leader does not
// end: it tries to renew until its deadline.
func (ns *namespace) usurp(t *testing.T, old string) (next string) {
	t.Helper()
	for _, pod := range ns.pods(t) {
		if next = pod.Name; next != old {
			break
		}
	}
	ns.failover(t, func(string) {
		patch := fmt.Sprintf(`{"spec":{"holderIdentity":%q}}`, ns.identityOf(t, next))
		if _, err := ns.client.CoordinationV1().Leases(ns.name).Patch(t.Context(), "demo-operator", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	})
	// It knows by now.
	ns.inPod(t, next, "until grep -q ^valid leader-token; do sleep 0.05; done")
	return next
}

// identityOf is what a candidate calls itself, by its own word. A lock of the test's own leads to the pod.
func (ns *namespace) identityOf(t *testing.T, pod string) string {
	t.Helper()
	ns.holdLease(t, "candidate", pod)
	_, url := forwardedTo(t, ns, "candidate")
	s, err := askState(url)
	if err != nil || s.Pod != pod || s.Leader {
		t.Fatalf("asked %+v (%v), want the follower %s", s, err, pod)
	}
	return s.Identity
}

// inPod runs a line of shell in a pod and returns what it prints.
func (ns *namespace) inPod(t *testing.T, pod, line string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(ns.lab.bin, "kubectl"), "exec", pod, "-n", ns.name, "--kubeconfig", ns.kubeconfig, "--", "sh", "-c", line)
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s in %s: %v", line, pod, err)
	}
	return string(output)
}
