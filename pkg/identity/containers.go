package identity

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// Sidecar reports that an init container goes on beside the pod's own containers. It may be the one
// that is elected.
func Sidecar(init *corev1.Container) bool {
	return init.RestartPolicy != nil && *init.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// Lasting are the statuses of the containers that run as long as the pod: its own, and the init
// containers that are sidecars.
func Lasting(pod *corev1.Pod) []corev1.ContainerStatus {
	if !slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return Sidecar(&c) }) {
		return pod.Status.ContainerStatuses
	}
	return slices.Concat(pod.Status.ContainerStatuses, sidecarStatuses(pod))
}

// sidecarStatuses are those of the init containers that are sidecars; nil where there is none.
func sidecarStatuses(pod *corev1.Pod) []corev1.ContainerStatus {
	var some []corev1.ContainerStatus
	for _, status := range pod.Status.InitContainerStatuses {
		if slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == status.Name && Sidecar(&c) }) {
			some = append(some, status)
		}
	}
	return some
}
