package cli

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// objectVersion is the version of the objects that -o json and -o yaml print. Fields are added to it, never changed.
const objectVersion = "leader.kubectl/v1"

// leaderObject is the one object that holder prints. README documents its fields.
func leaderObject(s leader.Status) runtime.Object {
	record := s.Lock.Record
	object := map[string]any{
		"apiVersion":     objectVersion,
		"kind":           "Leader",
		"lock":           lockObject(s),
		"state":          string(s.State),
		"holderIdentity": record.Holder,
		"observedTime":   s.Time.UTC().Format(time.RFC3339),
	}
	if s.Lock.Exists {
		fields := map[string]any{
			"leaseTransitions":     int64(record.Transitions),
			"leaseDurationSeconds": int64(record.Duration / time.Second),
		}
		setTime(fields, "acquireTime", record.Acquired)
		setTime(fields, "renewTime", record.Renewed)
		setTime(fields, "expireTime", record.Expires())
		object["record"] = fields
	}
	if s.Rule != "" {
		object["rule"] = s.Rule
	}
	if s.Led() {
		object["pod"] = podObject(s)
	} else {
		object["reason"] = string(s.Reason)
		object["message"] = s.Message()
	}
	return &unstructured.Unstructured{Object: object}
}

func lockObject(s leader.Status) map[string]any {
	return map[string]any{"kind": "Lease", "namespace": s.Lock.Namespace, "name": s.Lock.Name}
}

func podObject(s leader.Status) map[string]any {
	pod := map[string]any{
		"namespace": s.Pod.Namespace,
		"name":      s.Pod.Name,
		"uid":       string(s.Pod.UID),
		"node":      s.Pod.Spec.NodeName,
		"ready":     leader.Ready(s.Pod),
	}
	if s.Pod.Status.PodIP != "" {
		pod["ip"] = s.Pod.Status.PodIP
	}
	return pod
}

func setTime(fields map[string]any, name string, t time.Time) {
	if !t.IsZero() {
		fields[name] = t.UTC().Format(metav1.RFC3339Micro)
	}
}
