package identity

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check finds what makes a case impossible to prove, and fills in what a case may leave out.
func (c *Case) check() (problems []error) {
	wrong := func(field, format string, args ...any) {
		problems = append(problems, fmt.Errorf("field %s: "+format, append([]any{field}, args...)...))
	}
	if namespace, name, ok := strings.Cut(c.LockName, "/"); ok && c.LockNamespace == "" {
		c.LockNamespace, c.LockName = namespace, name
	}
	if base := c.form().base; base == "" {
		wrong("lockKind", "%q says none of %s, and no other field does", c.LockKind, kindNames())
	} else if c.LockNamespace == "" && kinds[base].namespaced {
		c.LockNamespace = "default"
	}
	if c.LockName == "" {
		wrong("lockName", "is missing")
	}
	for field, value := range map[string]string{"renewTime": c.RenewTime, "acquireTime": c.AcquireTime} {
		if _, ok := parseMoment(value); value != "" && !ok {
			wrong(field, "%q is not a time", value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.StartedAt)) {
		if _, ok := parseMoment(c.StartedAt[key]); !ok {
			wrong("containerStartedAt", "%q is not a time", c.StartedAt[key])
		}
	}
	for field, given := range map[string]texts{"lockLabels": c.LockLabels, "nodeLabels": c.NodeLabels, "data": c.Data} {
		if text, ok := given[""]; ok {
			wrong(field, "cannot be %q", text)
		}
	}
	problems = append(problems, c.checkPods()...)
	if _, ok := expectations[c.expected()]; !ok {
		wrong("expect", "%q is not known: it must be one of %s", c.Expect, expectationNames())
	}
	if c.expected() == expectPod && c.Pod.Name == "" {
		wrong("podName", "is missing: it is what is expected")
	}
	if text, ok := c.Annotation[""]; ok {
		c.Annotation = maps.Clone(c.Annotation)
		delete(c.Annotation, "")
		c.Annotation[c.recordKey()] = text
	}
	if c.isKopf() {
		c.settleStatus()
	}
	if c.ownerLeads() && !c.Owners.pods() && c.Pod.Name != "" {
		c.Owners = append(podOwner(c.Pod.Name), c.Owners...)
	}
	return problems
}

// checkPods does so for all pods of the case. Those that do not say where they are are where the case's own one is.
func (c *Case) checkPods() (problems []error) {
	one := func(where string, pod *Pod, namespace string, optional bool) {
		for _, err := range pod.check() {
			problems = append(problems, fmt.Errorf("field %s%w", where, err))
		}
		if pod.Name == "" && !optional {
			problems = append(problems, fmt.Errorf("field %sname: is missing", where))
		}
		if pod.Namespace == "" {
			pod.Namespace = namespace
		}
	}
	home := c.LockNamespace
	if home == "" { // of a lock that is in none
		home = "default"
	}
	one("pod.", &c.Pod, home, true)
	for i := range c.Decoys {
		one(fmt.Sprintf("decoys[%d].", i), &c.Decoys[i], c.Pod.Namespace, false)
	}
	for i := range c.Candidates {
		one(fmt.Sprintf("candidates[%d].", i), &c.Candidates[i], c.Pod.Namespace, false)
	}
	return problems
}
