package cli

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// objectVersion is the version of the objects that -o json and -o yaml print. Fields are added to it, never changed.
const objectVersion = "leader.kubectl/v1"

// leaderObject is the one object that holder prints. docs/output.md documents its fields.
func leaderObject(s leader.Status) runtime.Object {
	return &unstructured.Unstructured{Object: leaderFields(s)}
}

func leaderFields(s leader.Status) map[string]any {
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
		setText(fields, "strategy", record.Strategy)
		setText(fields, "preferredHolder", record.PreferredHolder)
		setTime(fields, "acquireTime", record.Acquired)
		setTime(fields, "renewTime", record.Renewed)
		setTime(fields, "expireTime", s.Lock.Expires())
		setTime(fields, "writeTime", s.Lock.Written)
		if skew, known := s.Lock.Skew(); known && record.Holder != "" {
			fields["clockSkewSeconds"] = int64(skew / time.Second)
		}
		object["record"] = fields
		setText(object, "term", s.Lock.Term())
	}
	if s.Rule != "" {
		object["rule"] = s.Rule
	}
	if s.Node != "" {
		object["node"] = s.Node
	}
	if len(s.Candidates) > 0 {
		object["candidates"] = candidateObjects(s.Candidates)
	}
	if len(s.Waiting) > 0 {
		object["waiting"] = candidateObjects(s.Waiting)
	}
	if s.Led() {
		object["pod"] = podObject(s.Pod)
	} else {
		object["reason"] = string(s.Reason)
		object["message"] = s.Message()
		if len(s.Denied) > 0 {
			object["denied"] = deniedTexts(s.Denied)
		}
	}
	return object
}

func lockObject(s leader.Status) map[string]any { return refObject(s.Lock.Ref) }

func refObject(ref election.Ref) map[string]any {
	object := map[string]any{"kind": ref.KindName(), "name": ref.Name}
	setText(object, "namespace", ref.Namespace)
	setText(object, "key", ref.Key)
	return object
}

func candidateObjects(candidates []identity.Candidate) []any {
	objects := make([]any, len(candidates))
	for i, c := range candidates {
		object := map[string]any{"namespace": c.Namespace, "name": c.Name, "reason": c.Reason}
		setText(object, "node", c.Node)
		objects[i] = object
	}
	return objects
}

// deniedTexts are the server's own words for what it refused to answer.
func deniedTexts(denied []error) []any {
	texts := make([]any, len(denied))
	for i, err := range denied {
		texts[i] = err.Error()
	}
	return texts
}

func podObject(p *corev1.Pod) map[string]any {
	pod := map[string]any{
		"namespace": p.Namespace,
		"name":      p.Name,
		"uid":       string(p.UID),
		"node":      p.Spec.NodeName,
		"ready":     leader.Ready(p),
	}
	if p.Status.PodIP != "" {
		pod["ip"] = p.Status.PodIP
	}
	return pod
}

func setText(fields map[string]any, name, text string) {
	if text != "" {
		fields[name] = text
	}
}

func setTime(fields map[string]any, name string, t time.Time) {
	if !t.IsZero() {
		fields[name] = t.UTC().Format(metav1.RFC3339Micro)
	}
}
