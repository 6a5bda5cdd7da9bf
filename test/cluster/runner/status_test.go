package runner

import (
	"encoding/json"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var noon = metav1.NewTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))

func operatorPod() *corev1.Pod {
	pod := examplePod()
	pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	pod.Spec.Containers = []corev1.Container{{Name: "operator"}}
	return pod
}

func lived(number int, id string, exitCode int32) *instance {
	return &instance{number: number, id: id, started: noon, ended: true, finished: noon, exitCode: exitCode}
}

func running(number int, id string) *instance {
	return &instance{number: number, id: id, started: noon}
}

func TestPodStatus(t *testing.T) {
	deleted := operatorPod()
	deleted.DeletionTimestamp = &noon
	for name, test := range map[string]struct {
		pod      *corev1.Pod
		state    containerState
		phase    corev1.PodPhase
		ready    corev1.ConditionStatus
		restarts int32
		shape    string // waiting reason, running, or terminated; the id of the last state
	}{
		"not started":       {operatorPod(), containerState{}, "Running", "False", 0, "ContainerCreating/"},
		"started":           {operatorPod(), containerState{current: running(0, "a")}, "Running", "False", 0, "running/"},
		"ready":             {operatorPod(), containerState{current: running(0, "a"), ready: true}, "Running", "True", 0, "running/"},
		"crashed":           {operatorPod(), containerState{current: lived(0, "a", 1)}, "Running", "False", 0, "terminated/"},
		"in back-off":       {operatorPod(), containerState{current: lived(1, "b", 1), last: lived(0, "a", 1), waiting: true}, "Running", "False", 1, "CrashLoopBackOff/b"},
		"restarted":         {operatorPod(), containerState{current: running(2, "c"), last: lived(1, "b", 1), ready: true}, "Running", "True", 2, "running/b"},
		"ended cleanly":     {deleted, containerState{current: lived(0, "a", 0)}, "Succeeded", "False", 0, "terminated/"},
		"killed at its end": {deleted, containerState{current: lived(1, "b", 137), last: lived(0, "a", 1)}, "Failed", "False", 1, "terminated/a"},
	} {
		status := podStatus(test.pod, "10.244.0.1", noon, map[string]containerState{"operator": test.state})
		if status.Phase != test.phase {
			t.Errorf("%s: phase %s, want %s", name, status.Phase, test.phase)
		}
		for _, condition := range status.Conditions {
			if condition.Type == corev1.PodReady && condition.Status != test.ready {
				t.Errorf("%s: ready %s, want %s", name, condition.Status, test.ready)
			}
		}
		got := status.ContainerStatuses[0]
		if got.RestartCount != test.restarts {
			t.Errorf("%s: %d restarts, want %d", name, got.RestartCount, test.restarts)
		}
		if shape := shapeOf(got); shape != test.shape {
			t.Errorf("%s: state %s, want %s", name, shape, test.shape)
		}
	}
}

func shapeOf(status corev1.ContainerStatus) string {
	shape := "none"
	switch state := status.State; {
	case state.Waiting != nil:
		shape = state.Waiting.Reason
	case state.Running != nil:
		shape = "running"
	case state.Terminated != nil:
		shape = "terminated"
	}
	shape += "/"
	if last := status.LastTerminationState.Terminated; last != nil {
		shape += last.ContainerID
	}
	return shape
}

func TestIdlePodIsReadyAtOnce(t *testing.T) {
	status := idleStatus(operatorPod(), "10.244.0.1", noon)
	if status.Phase != corev1.PodRunning || !status.ContainerStatuses[0].Ready {
		t.Errorf("want a running pod with a ready container, got %+v", status)
	}
}

func TestStatusPatchTakesAnOldReasonAway(t *testing.T) {
	data, err := statusPatch("u-1", idleStatus(operatorPod(), "10.244.0.1", noon))
	if err != nil {
		t.Fatal(err)
	}
	var patch struct {
		Metadata struct{ UID string }
		Status   struct{ Conditions []map[string]any }
	}
	if err := json.Unmarshal(data, &patch); err != nil {
		t.Fatal(err)
	}
	if patch.Metadata.UID != "u-1" || len(patch.Status.Conditions) == 0 {
		t.Fatalf("want the uid and conditions, got %s", data)
	}
	for _, condition := range patch.Status.Conditions {
		if reason, given := condition["reason"]; !given || reason != nil {
			t.Errorf("condition %v: want a reason of null", condition["type"])
		}
	}
}
