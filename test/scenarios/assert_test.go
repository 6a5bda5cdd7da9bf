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
	"time"

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
	// gated is a command that is answered when the test lets it.
	const gated = "cat leader-token; touch asked; until test -e go; do sleep 0.1; done"
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
			check: func(string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid demo-operator", gated)
			},
			holds: true, got: "valid NEW",
		},
		{
			name: "a command's output that only the old leader could have",
			check: func(old string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid %s", gated, old)
			},
			holds: false, got: "valid NEW",
		},
		{
			name: "a command's output while the watches are late",
			check: func(string) string {
				return fmt.Sprintf("exec:\n    - command: [sh, -c, %q]\n      outputContains: valid demo-operator", gated)
			},
			late:  true,
			holds: true, got: "valid NEW",
		},
		{
			name: "an answer by HTTP",
			check: func(string) string {
				return "port-forward:\n    - port: 8080\n      path: /await\n      outputContains: go"
			},
			holds: true, got: "go NEW",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ns := shared.deploy(t, outlasting()...)
			old := ns.holder(t)
			usurper := ns.follower(t)
			ns.inPod(t, usurper.Pod, "touch go") // it answers at once
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
			timeout := patience
			if !test.holds {
				timeout = scaled(20 * time.Second) // which passes
			}
			p := start(t, through, "assert", "-f", "-", "-o", "json", "--timeout="+timeout.String(), func(cmd *exec.Cmd) { cmd.Stdin = strings.NewReader(file) })
			select {
			case <-asked:
			case <-p.ended:
				t.Fatalf("nobody was asked: %s", p.stdout)
			}
			ns.inPod(t, old, "until test -e asked; do sleep 0.1; done")
			ns.usurp(t, usurper)
			next := usurper.Pod
			if token := ns.inPod(t, old, "touch go; cat leader-token"); token != "valid "+old+"\n" {
				t.Fatalf("%s says %q after the failover: this would prove nothing", old, token)
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

// usurp overwrites the Lease's holder by a follower's identity, and waits until that leads. The old
// leader does not end: it tries to renew until its deadline.
func (ns *namespace) usurp(t *testing.T, next state) {
	t.Helper()
	ns.failover(t, func(string) {
		// With a new acquireTime, as a candidate writes it: its process may have begun after the
		// term of the old leader did.
		patch := fmt.Sprintf(`{"spec":{"holderIdentity":%q,"acquireTime":%q}}`, next.Identity, time.Now().UTC().Format("2006-01-02T15:04:05.000000Z07:00"))
		if _, err := ns.client.CoordinationV1().Leases(ns.name).Patch(t.Context(), "demo-operator", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
			t.Fatal(err)
		}
	})
	// It knows by now.
	ns.inPod(t, next.Pod, "until grep -q ^valid leader-token; do sleep 0.1; done")
}

// follower is what a candidate that does not lead says of itself. A lock of the test's own leads to
// its pod.
func (ns *namespace) follower(t *testing.T) state {
	t.Helper()
	pod := ns.holder(t)
	for _, other := range ns.pods(t) {
		if other.Name != pod {
			pod = other.Name
			break
		}
	}
	ns.holdLease(t, "candidate", pod)
	_, url := forwardedTo(t, ns, "candidate")
	s, err := askState(url)
	if err != nil || s.Pod != pod || s.Leader {
		t.Fatalf("asked %+v (%v), want the follower %s", s, err, pod)
	}
	return s
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
