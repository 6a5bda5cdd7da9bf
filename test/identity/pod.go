package identity

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const image = "pause:dev"

// pods are all pods that exist in the case.
func (c *Case) pods() []Pod {
	var all []Pod
	if c.Pod.Name != "" && c.expected() != expectGone {
		all = append(all, c.Pod)
	}
	all = append(all, c.Decoys...)
	for _, name := range c.Candidates {
		candidate := c.Pod
		place := c.place(name)
		candidate.Namespace, candidate.Name = place.Namespace, place.Name
		if !slices.ContainsFunc(all, func(p Pod) bool { return p.Namespace == place.Namespace && p.Name == place.Name }) {
			all = append(all, candidate)
		}
	}
	return all
}

// started are the containers of a pod whose start the case gives.
func (c *Case) started(pod string) map[string]time.Time {
	found := map[string]time.Time{}
	for key, value := range c.ContainerStartedAt {
		if owner, container, _ := strings.Cut(key, "/"); owner == pod {
			found[container], _ = parseMoment(value)
		}
	}
	return found
}

// object is the pod with its status, as its kubelet would have reported it. Containers that have no start of their own
// start with the pod, at start unless the pod says otherwise.
func (p Pod) object(containers map[string]time.Time, start time.Time, ip, nodeIP string) (*corev1.Pod, error) {
	no := false
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.Name, Labels: p.Labels, Annotations: p.Annotations},
		Spec:       corev1.PodSpec{NodeName: p.NodeName, HostNetwork: p.HostNetwork, AutomountServiceAccountToken: &no},
	}
	if p.Owner != nil {
		pod.OwnerReferences = []metav1.OwnerReference{p.Owner.reference(true)}
	}
	for name := range containers {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: name, Image: image})
	}
	slices.SortFunc(pod.Spec.Containers, func(a, b corev1.Container) int { return cmp.Compare(a.Name, b.Name) })
	if len(p.Spec) > 0 {
		if err := json.Unmarshal(p.Spec, &pod.Spec); err != nil {
			return nil, fmt.Errorf("spec of pod %s/%s: %w", p.Namespace, p.Name, err)
		}
	}
	if len(pod.Spec.Containers) == 0 {
		pod.Spec.Containers = []corev1.Container{{Name: "main", Image: image}}
	}
	for _, at := range containers {
		if at.Before(start) {
			start = at.Add(-10 * time.Second)
		}
	}
	if at, ok := parseMoment(p.StartTime); ok {
		start = at
	}
	pod.Status = p.status(pod, containers, metav1.NewTime(start), ip, nodeIP)
	return pod, nil
}

func (p Pod) status(pod *corev1.Pod, containers map[string]time.Time, start metav1.Time, ip, nodeIP string) corev1.PodStatus {
	phase := corev1.PodPhase(cmp.Or(p.Phase, string(corev1.PodRunning)))
	ready := corev1.ConditionFalse
	if phase == corev1.PodRunning {
		ready = corev1.ConditionTrue
	}
	status := corev1.PodStatus{
		Phase:      phase,
		StartTime:  &start,
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready, LastTransitionTime: start}},
		HostIP:     nodeIP, HostIPs: []corev1.HostIP{{IP: nodeIP}},
	}
	ips := p.IPs
	switch {
	case len(ips) > 0:
	case p.IP != "":
		ips = []string{p.IP}
	case pod.Spec.HostNetwork:
		ips = []string{nodeIP}
	default:
		ips = []string{ip}
	}
	status.PodIP = ips[0]
	for _, ip := range ips {
		status.PodIPs = append(status.PodIPs, corev1.PodIP{IP: ip})
	}
	for _, container := range pod.Spec.Containers {
		at, given := containers[container.Name]
		since := metav1.NewTime(at)
		if !given {
			since = start
		}
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(container.Name, phase, p.Name, since))
	}
	return status
}

func containerStatus(name string, phase corev1.PodPhase, pod string, since metav1.Time) corev1.ContainerStatus {
	status := corev1.ContainerStatus{Name: name, Image: image, ImageID: image}
	if phase == corev1.PodPending {
		status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		return status
	}
	status.ContainerID = "containerd://" + strings.ReplaceAll(string(uidOf(pod, name)), "-", "")
	if phase == corev1.PodRunning {
		running := true
		status.Ready, status.Started = true, &running
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: since}
		return status
	}
	exit := &corev1.ContainerStateTerminated{StartedAt: since, FinishedAt: metav1.Now(), Reason: "Completed", ContainerID: status.ContainerID}
	if phase == corev1.PodFailed {
		exit.ExitCode, exit.Reason = 1, "Error"
	}
	status.State.Terminated = exit
	return status
}
