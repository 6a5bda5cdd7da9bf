package identity

import (
	"encoding/json"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// check finds what makes a case impossible to prove, and fills in what a case may leave out.
func (c *Case) check() (problems []error) {
	wrong := func(field, format string, args ...any) {
		problems = append(problems, fmt.Errorf("field %s: "+format, append([]any{field}, args...)...))
	}
	if _, ok := kinds[c.base()]; !ok {
		wrong("lockKind", "%q is not known: it must be one of %s, with any -suffix", c.LockKind, kindNames())
	} else if c.LockNamespace == "" && c.kind().namespaced {
		c.LockNamespace = "default"
	}
	if c.LockName == "" {
		wrong("lockName", "is missing")
	}
	if _, ok := expectations[c.expected()]; !ok {
		wrong("expect", "%q is not known: it must be one of %s", c.Expect, expectationNames())
	}
	if c.Pod.Namespace == "" {
		c.Pod.Namespace = c.LockNamespace
	}
	if c.ownerLeads() && len(c.OwnerReferences) == 0 && c.Pod.Name != "" {
		c.OwnerReferences = []metav1.OwnerReference{Owner{Kind: "Pod", Name: c.Pod.Name}.reference(false)}
	}
	if c.expected() == expectPod && c.Pod.Name == "" {
		wrong("podName", "is missing: it is what is expected")
	}
	if c.expected() == expectNode && c.Pod.NodeName == "" {
		wrong("nodeName", "is missing: it is what is expected")
	}
	for i := range c.Decoys {
		decoy := &c.Decoys[i]
		if decoy.Namespace == "" {
			decoy.Namespace = c.Pod.Namespace
		}
		if decoy.Name == "" {
			wrong(fmt.Sprintf("decoys[%d].name", i), "is missing")
		}
		if _, ok := parseMoment(decoy.StartTime); decoy.StartTime != "" && !ok {
			wrong(fmt.Sprintf("decoys[%d].startTime", i), "%q is not a time", decoy.StartTime)
		}
	}
	if _, ok := parseMoment(c.Pod.StartTime); c.Pod.StartTime != "" && !ok {
		wrong("podStartTime", "%q is not a time", c.Pod.StartTime)
	}
	for key, value := range c.ContainerStartedAt {
		if _, ok := parseMoment(value); !ok {
			wrong("containerStartedAt", "%q is not a time", value)
		}
		if pod, container, ok := strings.Cut(key, "/"); !ok || pod == "" || container == "" {
			wrong("containerStartedAt", "%q must be POD/CONTAINER", key)
		}
	}
	for field, raw := range map[string]json.RawMessage{"leaseSpec": c.LeaseSpec, "status": c.Status} {
		var object map[string]any
		if len(raw) > 0 && json.Unmarshal(raw, &object) != nil {
			wrong(field, "must be an object")
		}
	}
	return problems
}
