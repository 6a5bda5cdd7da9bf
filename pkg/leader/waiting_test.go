package leader_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// TestCandidatesOfALockThatTheyDoNotHold: pods that are ready and called like the lock are named
// where nobody holds it, and where somebody else does.
func TestCandidatesOfALockThatTheyDoNotHold(t *testing.T) {
	unready := func(pod *corev1.Pod) { pod.Status.Conditions[0].Status = corev1.ConditionFalse }
	dying := func(pod *corev1.Pod) { now := metav1.Now(); pod.DeletionTimestamp = &now }
	for _, test := range []struct {
		name, holder string
		reason       leader.Reason
		want         string
	}{
		{"released", "", leader.Reason(election.Released), "; these pods are ready and look like its candidates:\n  pod ops/op-6d8b9c7f5d-x2k4z (is called like the lock)"},
		{"held from outside", "gke-2f1c9d0e7a5b_0c2c1c37", leader.External, "; these pods are ready, look like its candidates, and do not hold it:\n  pod ops/op-6d8b9c7f5d-x2k4z (is called like the lock)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cluster := leadertest.New()
			cluster.Run("op-6d8b9c7f5d-x2k4z")
			cluster.Run("op-6d8b9c7f5d-aaaaa", unready)
			cluster.Run("op-6d8b9c7f5d-b2k4z", dying)
			cluster.Run("web-6d8b9c7f5d-x2k4z", func(pod *corev1.Pod) { pod.Spec.Containers[0].Name = "web" })
			cluster.Hold(test.holder, time.Minute)
			status, err := cluster.Finder().Find(t.Context())
			if err != nil || status.Reason != test.reason || !strings.HasSuffix(status.Message(), test.want) || len(status.Waiting) != 1 {
				t.Errorf("%v: %s\nwant %s", err, status.Message(), test.want)
			}
		})
	}
}

func TestSinceWhenALockIsFree(t *testing.T) {
	now := time.Date(2026, 1, 4, 10, 0, 0, 0, time.UTC)
	candidates := []identity.Candidate{{Namespace: "ops", Name: "op-0", Reason: "is called like the lock"}}
	for _, test := range []struct {
		name       string
		state      election.State
		written    time.Duration // ago
		candidates []identity.Candidate
		want       string
	}{
		{"just now", election.Released, time.Second, nil, "released, nobody holds it"},
		{"ten minutes ago", election.Released, 10 * time.Minute, nil, "released, nobody holds it (for 10m0s)"},
		{"with candidates that stand", election.Released, time.Second, candidates, "released, nobody holds it; these pods are ready and look like its candidates:"},
		{"with candidates that do not", election.Released, 10 * time.Minute, candidates, "released, nobody holds it (for 10m0s); these pods are ready, look like its candidates, and do not take it:"},
		{"expired", election.Expired, 10 * time.Minute, nil, `expired 9m45s ago, last held by "op-7"`},
		{"expired, with candidates", election.Expired, 10 * time.Minute, candidates, `expired 9m45s ago, last held by "op-7"; these pods are ready, look like its candidates, and do not take it:`},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The holder's clock is an hour behind, and makes no difference.
			written := now.Add(-test.written)
			s := leader.Status{State: test.state, Reason: leader.Reason(test.state), Time: now, Waiting: test.candidates, Lock: election.Lock{
				Ref: election.Ref{Namespace: "ops", Name: "op"}, Exists: true, Written: written,
				Record: election.Record{Holder: "op-7", Renewed: written.Add(-time.Hour), Duration: 15 * time.Second},
			}}
			first, rest, _ := strings.Cut(s.Message(), "\n")
			if first != "lease ops/op: "+test.want {
				t.Errorf("%q, want %q", first, test.want)
			}
			if (rest != "") != (test.candidates != nil) {
				t.Errorf("lines below: %q", rest)
			}
		})
	}
}
