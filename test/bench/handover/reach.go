package handover

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/forward"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

const (
	group = "failover"
	// reachWithin is when a new leader that is not reached is given up.
	reachWithin = 30 * time.Second
	// reachLimit is in milliseconds.
	reachLimit = 200
)

// Reach passes a Lease from pod to pod, and measures each time from when the record is sent until the first byte of the
// next leader has come through the same port. The client asks all the time, on a new connection each. The pods are those
// of an operator, which has no part in it.
func Reach(ctx context.Context, o *site.Operator, rounds int, progress io.Writer) (rows []cost.Row, err error) {
	pods, err := o.Pods(ctx)
	if err != nil {
		return nil, err
	}
	if len(pods) < 2 {
		return nil, fmt.Errorf("namespace %s: %d pods, want 2 that can take turns", o.Namespace, len(pods))
	}
	passed := *o
	passed.Lock = "passed-on"
	if err := pass(ctx, &passed, pods[0]); err != nil {
		return nil, err
	}
	tunnel, err := forward.Ours().Open(ctx, &passed)
	if err != nil {
		return nil, err
	}
	defer tunnel.Close() // what came through it has been checked
	var all []time.Duration
	for round := range rounds + 1 {
		next := pods[(round+1)%len(pods)]
		took, err := reach(ctx, &passed, tunnel.Address, next)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w", round, err)
		}
		fmt.Fprintf(progress, "%-12s new leader reached after %6.1f ms\n", turn(round, rounds), milliseconds(took))
		if round > 0 {
			all = append(all, took)
		}
	}
	return []cost.Row{
		cost.Alone(group, "record written to first byte, median", "ms", milliseconds(measure.Middle(all)), cost.AtMost(reachLimit, "ms")),
		cost.Alone(group, fmt.Sprintf("record written to first byte, worst of %d", rounds), "ms", milliseconds(slices.Max(all)), cost.AtMost(reachLimit, "ms")),
	}, nil
}

// reach lets a pod lead and asks until it answers.
func reach(ctx context.Context, o *site.Operator, address string, next corev1.Pod) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	sent := time.Now()
	if err := pass(ctx, o, next); err != nil {
		return 0, err
	}
	for {
		answer, err := forward.Ask(ctx, address)
		switch {
		case ctx.Err() != nil:
			return 0, fmt.Errorf("pod %s was not reached within %s", next.Name, reachWithin)
		case forward.Refused(err):
			return 0, err
		case err == nil && answer.Pod == next.Name:
			return answer.At.Sub(sent), nil
		}
		// The old leader answered, or was cut off as its term ended.
	}
}

// pass writes a record in which the pod has acquired the lock now.
func pass(ctx context.Context, o *site.Operator, pod corev1.Pod) error {
	leases, now := o.Client.CoordinationV1().Leases(o.Namespace), metav1.NowMicro()
	lease, err := leases.Get(ctx, o.Lock, metav1.GetOptions{})
	exists := err == nil
	if !exists {
		lease = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: o.Lock}}
	}
	lease.Spec = coordinationv1.LeaseSpec{
		HolderIdentity: ptr.To(pod.Name + "_" + string(pod.UID)), AcquireTime: &now, RenewTime: &now,
		LeaseDurationSeconds: ptr.To[int32](3600), LeaseTransitions: ptr.To(ptr.Deref(lease.Spec.LeaseTransitions, 0) + 1),
	}
	if exists {
		_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	} else {
		_, err = leases.Create(ctx, lease, metav1.CreateOptions{})
	}
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func turn(round, rounds int) string {
	if round == 0 {
		return "warm-up"
	}
	return fmt.Sprintf("round %d of %d", round, rounds)
}
