package identity

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Keys and PodKeys let many searches share one pass over the pods: a pod can be news to a search only if they have a key
// in common.

// Keys lists the names of pods and nodes that a search waits for.
func (s *Search) Keys() []string {
	var keys []string
	for _, r := range s.readings {
		keys = append(keys, r.Host, NodeKey(r.Host))
	}
	if s.random {
		keys = append(keys, announced, podsOf+s.claim.LockNamespace) // each of them is a hint
	}
	for _, name := range s.Names() {
		if of := stem(name); of != "" {
			keys = append(keys, of, siblingsOf+of)
		}
	}
	return append(keys, s.partKeys()...)
}

// PodKeys lists under which keys a pod is waited for.
func PodKeys(pod *corev1.Pod) []string {
	keys := []string{podsOf + pod.Namespace}
	for _, host := range Hosts(pod) {
		keys = append(keys, host.Name)
		if last := lastWords(host.Name); last != host.Name && host.rank < rewritten {
			keys = append(keys, last)
		}
	}
	if pod.Spec.NodeName != "" {
		keys = append(keys, NodeKey(pod.Spec.NodeName))
	}
	if pod.Annotations[stolonStatus] != "" {
		keys = append(keys, announced)
	}
	if of := stem(pod.Name); of != "" {
		keys = append(keys, siblingsOf+of)
	}
	return keys
}

// NodeKey is the key of the pods on a node.
func NodeKey(node string) string { return "node/" + strings.ToLower(node) }

const (
	announced  = "announced/"
	siblingsOf = "siblings/"
	podsOf     = "pods/"
)

// Trim removes what no rule and no verdict needs from a pod that is kept for long.
func Trim(pod *corev1.Pod) {
	pod.ManagedFields = nil
	for key := range pod.Annotations {
		if key != stolonStatus {
			delete(pod.Annotations, key)
		}
	}
	var containers []corev1.Container
	for i := range pod.Spec.Containers {
		if name := pod.Spec.Containers[i].Name; !slices.Contains(everybody, name) {
			containers = append(containers, corev1.Container{Name: name})
		}
	}
	var sidecars []corev1.Container
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; Sidecar(c) {
			sidecars = append(sidecars, corev1.Container{Name: c.Name, RestartPolicy: c.RestartPolicy})
		}
	}
	pod.Status.InitContainerStatuses = trimStatuses(sidecarStatuses(pod))
	pod.Spec = corev1.PodSpec{
		InitContainers: sidecars, Containers: containers, NodeName: pod.Spec.NodeName, HostNetwork: pod.Spec.HostNetwork,
		Hostname: pod.Spec.Hostname, HostnameOverride: pod.Spec.HostnameOverride, Subdomain: pod.Spec.Subdomain,
	}
	pod.Status.Conditions = slices.DeleteFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type != corev1.PodReady })
	pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses = trimStatuses(pod.Status.ContainerStatuses), nil
}

func trimStatuses(statuses []corev1.ContainerStatus) []corev1.ContainerStatus {
	for i := range statuses {
		status := &statuses[i]
		statuses[i] = corev1.ContainerStatus{
			Name: status.Name, State: status.State, Ready: status.Ready, RestartCount: status.RestartCount, ContainerID: status.ContainerID,
		}
	}
	return statuses
}
