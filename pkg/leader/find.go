package leader

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coordinationclient "k8s.io/client-go/kubernetes/typed/coordination/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// Finder finds the leader of one lock.
type Finder struct {
	Lock election.Ref
	// PodNamespace is where the leader's pod lives; a lock may live elsewhere.
	PodNamespace string
	// AllowExpired lets the last holder of an expired lock count as the leader.
	AllowExpired bool
	// AnswerWithin bounds one Find, 0 for no bound.
	AnswerWithin time.Duration

	Leases coordinationclient.LeasesGetter
	Pods   coreclient.PodsGetter
	Clock  *election.ServerClock
}

// Find judges the lock now, in at most two requests: the lock, and the pod that its holder names. A lock without a
// leader is a verdict (Status.Err), not an error of Find.
func (f *Finder) Find(ctx context.Context) (Status, error) {
	if f.AnswerWithin > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.AnswerWithin)
		defer cancel()
	}
	lock, err := election.Read(ctx, f.Leases, f.Lock)
	if err != nil {
		return Status{}, err
	}
	now := f.Clock.Now()
	j := judgement{
		lock: lock, state: lock.StateAt(now), now: now,
		podNamespace: f.PodNamespace, allowExpired: f.AllowExpired,
	}
	// Where the lock alone says no, the pod is not asked for.
	if j.guess = firstGuess(lock); j.state == election.Held || j.state == election.Expired && f.AllowExpired {
		if j.pod, err = f.readPod(ctx, j.guess.PodName); err != nil {
			return Status{}, err
		}
	}
	return j.status(), nil
}

// readPod reads the pod that the holder names; nil when there is no such name or no such pod.
func (f *Finder) readPod(ctx context.Context, name string) (*corev1.Pod, error) {
	if name == "" {
		return nil, nil
	}
	pod, err := f.Pods.Pods(f.PodNamespace).Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("pod %s/%s, which holds %s: %w", f.PodNamespace, name, f.Lock, err)
	}
	return pod, nil
}

// firstGuess is the pod name that the holder stands for. The rules exclude each other, so there is at most one.
func firstGuess(lock election.Lock) identity.Guess {
	if lock.Marker != "" {
		return identity.Guess{} // nobody is elected with it, so there is nobody to look for
	}
	guesses := identity.Guesses(lock.Record.Holder)
	if len(guesses) == 0 {
		return identity.Guess{}
	}
	return guesses[0]
}
