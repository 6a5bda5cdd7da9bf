package identity

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func (p Pod) status(pod *corev1.Pod, started map[string]time.Time, start metav1.Time, ip, nodeIP string) (corev1.PodStatus, error) {
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
		since := start
		if at, given := started[container.Name]; given {
			since = metav1.NewTime(at)
		} else if at, given := started[""]; given {
			since = metav1.NewTime(at)
		}
		status.ContainerStatuses = append(status.ContainerStatuses, containerStatus(container.Name, phase, p.Name, since))
	}
	return status, p.overrideStatus(&status)
}

// overrideStatus takes from the case's status what has not become a field of the pod.
func (p Pod) overrideStatus(status *corev1.PodStatus) error {
	given := p.Status.fields()
	for _, known := range []string{"phase", "startTime", "podIP", "podIPs", "hostIP", "hostIPs"} {
		delete(given, known)
	}
	// Decoding into a list that is there would mix old and new.
	if _, ok := given["conditions"]; ok {
		status.Conditions = nil
	}
	if _, ok := given["containerStatuses"]; ok {
		status.ContainerStatuses = nil
	}
	text, err := json.Marshal(given)
	if err == nil {
		err = json.Unmarshal(text, status)
	}
	if err != nil {
		return fmt.Errorf("status of pod %s: %w", p.place(), err)
	}
	return nil
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
