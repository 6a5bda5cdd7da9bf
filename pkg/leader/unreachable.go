package leader

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// A lock that is never renewed tells nothing of its holder's life. Its pod is the only witness, and
// what the pod's status says is worth as much as the kubelet that wrote it: on a node that is lost,
// all stays as it was.

// neverRenewed reports that a lock tells nothing of its holder's life.
func neverRenewed(lock election.Lock) bool { return lock.Expires().IsZero() }

// unreachable reports that nobody on its node vouches for what a pod's status says.
//
// The node controller sets a pod's Ready condition to False when its node is lost and leaves all
// else as it is, the reason and the containers that say they are ready as well (k8s.io/kubernetes
// pkg/controller/util/node MarkPodsNotReady). A kubelet gives a reason, and agrees with the
// containers. Older controllers write NodeLost, and make the phase Unknown.
func unreachable(pod *corev1.Pod) bool {
	switch {
	case pod.Status.Phase == corev1.PodUnknown, pod.Status.Reason == "NodeLost", pod.Status.Reason == "ProviderFailed":
		return true
	}
	for _, condition := range pod.Status.Conditions {
		switch {
		case condition.Type != corev1.PodReady || condition.Status == corev1.ConditionTrue:
		case condition.Status == corev1.ConditionUnknown, condition.Reason == "NodeLost", condition.Reason == "NodeNotReady":
			return true
		case condition.Reason != "ReadinessGatesNotReady":
			return allReady(pod)
		}
	}
	return false
}

// allReady reports that each of a pod's containers says that it is ready.
func allReady(pod *corev1.Pod) bool {
	for _, status := range identity.Lasting(pod) {
		if !status.Ready {
			return false
		}
	}
	return len(pod.Status.ContainerStatuses) > 0
}

// onNode adds to a resolution whether the node of its pod is lost, where that matters and may be
// asked.
func (f *Finder) onNode(ctx context.Context, lock election.Lock, who resolution) (resolution, error) {
	if !neverRenewed(lock) || who.pod == nil || who.reason != "" || unreachable(who.pod) {
		return who, nil
	}
	var err error
	who.lost, err = nodeLost(ctx, f.Nodes, who.pod.Spec.NodeName)
	return who, err
}

// nodeLost reports that a node has not been heard of for a while. One that is not there, or may not
// be read, is none that is known to be lost.
func nodeLost(ctx context.Context, nodes NodesGetter, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	node, err := nodes.Nodes().Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err), apierrors.IsForbidden(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("node %s: %w", name, err)
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionUnknown, nil
		}
	}
	return false, nil
}
