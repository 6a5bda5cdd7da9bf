package tail

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// instance is one run of a container. A restart in the same pod is another instance, with a log of its own.
type instance struct {
	id       string
	restarts int32
	running  bool
}

// errPodGone tells that the pod does not exist any more, or that another has its name.
var errPodGone = errors.New("pod is gone")

// look reads which instance of the container there is now. It outlives an API server that does not answer.
func (c *container) look(ctx context.Context) (instance, error) {
	for delay := retryFirst; ; delay = min(2*delay, retryMost) {
		pod, err := c.tailer.Pods.Pods(c.pod.Namespace).Get(ctx, c.pod.Name, metav1.GetOptions{})
		switch {
		case err == nil && pod.UID != c.pod.UID, apierrors.IsNotFound(err):
			return instance{}, errPodGone
		case err == nil:
			return instanceOf(pod, c.name), nil
		case c.fatal(err, false):
			return instance{}, fmt.Errorf("pod %s/%s: %w", c.pod.Namespace, c.pod.Name, err)
		}
		if pause(ctx, delay); ctx.Err() != nil {
			return instance{}, ctx.Err()
		}
	}
}

func instanceOf(pod *corev1.Pod, name string) instance {
	for _, list := range [][]corev1.ContainerStatus{
		pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses, pod.Status.EphemeralContainerStatuses,
	} {
		for _, status := range list {
			if status.Name == name {
				return instance{status.ContainerID, status.RestartCount, status.State.Running != nil}
			}
		}
	}
	return instance{}
}
