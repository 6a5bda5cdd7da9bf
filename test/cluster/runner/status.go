package runner

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podStatus is the pod's status as the kubelet would report it. Containers
// without a state are not processes: they run and are ready while others do.
func podStatus(object *corev1.Pod, ip string, started metav1.Time, states map[string]containerState) *corev1.PodStatus {
	containers := make([]corev1.ContainerStatus, 0, len(object.Spec.Containers))
	alive, failed, allReady := 0, false, true
	for i := range object.Spec.Containers {
		spec := &object.Spec.Containers[i]
		state, isProcess := states[spec.Name]
		if !isProcess {
			continue
		}
		status := containerStatus(spec, state)
		ended := state.current != nil && state.current.ended && !state.waiting
		if !ended {
			alive++
		}
		failed = failed || ended && state.current.exitCode != 0
		allReady = allReady && status.Ready
		containers = append(containers, status)
	}
	for i := range object.Spec.Containers {
		if spec := &object.Spec.Containers[i]; !isIn(states, spec.Name) {
			containers = append(containers, idleContainer(spec, started, alive > 0))
		}
	}
	status := &corev1.PodStatus{
		Phase:             phase(object, alive, failed),
		HostIP:            hostIP,
		HostIPs:           []corev1.HostIP{{IP: hostIP}},
		PodIP:             ip,
		PodIPs:            []corev1.PodIP{{IP: ip}},
		StartTime:         &started,
		QOSClass:          object.Status.QOSClass,
		ContainerStatuses: containers,
	}
	status.Conditions = conditions(started, readyChange(containers, started), allReady && alive > 0)
	return status
}

// phase: containers that are all down between two starts leave a pod Running,
// unless it is never to start again.
func phase(object *corev1.Pod, alive int, failed bool) corev1.PodPhase {
	final := object.Spec.RestartPolicy != corev1.RestartPolicyAlways || object.DeletionTimestamp != nil
	switch {
	case alive > 0 || !final:
		return corev1.PodRunning
	case failed:
		return corev1.PodFailed
	default:
		return corev1.PodSucceeded
	}
}

func isIn(states map[string]containerState, name string) bool {
	_, ok := states[name]
	return ok
}

func containerStatus(spec *corev1.Container, state containerState) corev1.ContainerStatus {
	status := corev1.ContainerStatus{Name: spec.Name, Image: spec.Image, ImageID: spec.Image}
	started := false
	status.Started = &started
	current := state.current
	if current == nil {
		status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		return status
	}
	status.ContainerID = current.id
	status.RestartCount = int32(current.number)
	if state.last != nil {
		status.LastTerminationState.Terminated = terminated(state.last)
	}
	switch {
	case !current.ended:
		started = true
		status.Ready = state.ready
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: current.started}
	case state.waiting:
		status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "the container restarts after a pause"}
		status.LastTerminationState.Terminated = terminated(current)
	default:
		status.State.Terminated = terminated(current)
	}
	return status
}

func terminated(i *instance) *corev1.ContainerStateTerminated {
	reason := "Completed"
	if i.exitCode != 0 {
		reason = "Error"
	}
	return &corev1.ContainerStateTerminated{
		ExitCode: i.exitCode, Signal: i.signal, Reason: reason,
		StartedAt: i.started, FinishedAt: i.finished, ContainerID: i.id,
	}
}

func idleContainer(spec *corev1.Container, started metav1.Time, running bool) corev1.ContainerStatus {
	status := corev1.ContainerStatus{
		Name: spec.Name, Image: spec.Image, ImageID: spec.Image, ContainerID: "demo://" + spec.Name,
		Ready: running, Started: &running,
	}
	if running {
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: started}
	} else {
		status.State.Terminated = &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: started, FinishedAt: metav1.Now()}
	}
	return status
}

// idleStatus is the status of a pod that runs no process.
func idleStatus(object *corev1.Pod, ip string, now metav1.Time) *corev1.PodStatus {
	status := podStatus(object, ip, now, nil)
	status.Phase = corev1.PodRunning
	for i := range status.ContainerStatuses {
		status.ContainerStatuses[i] = idleContainer(&object.Spec.Containers[i], now, true)
	}
	status.Conditions = conditions(now, now, true)
	return status
}

// readyChange is when readiness changed last, as far as the containers tell.
func readyChange(containers []corev1.ContainerStatus, started metav1.Time) metav1.Time {
	latest := started
	later := func(t metav1.Time) {
		if latest.Before(&t) {
			latest = t
		}
	}
	for _, c := range containers {
		if running := c.State.Running; running != nil {
			later(running.StartedAt)
		}
		for _, ended := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
			if ended != nil {
				later(ended.FinishedAt)
			}
		}
	}
	return latest
}

// conditions are those that the kubelet sets; the scheduler's stays as it is.
func conditions(started, changed metav1.Time, ready bool) []corev1.PodCondition {
	of := func(kind corev1.PodConditionType, yes bool, at metav1.Time) corev1.PodCondition {
		condition := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: at}
		if !yes {
			condition.Status, condition.Reason = corev1.ConditionFalse, "ContainersNotReady"
		}
		return condition
	}
	return []corev1.PodCondition{
		of(corev1.PodReadyToStartContainers, true, started),
		of(corev1.PodInitialized, true, started),
		of(corev1.ContainersReady, ready, changed),
		of(corev1.PodReady, ready, changed),
	}
}
