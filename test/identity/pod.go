package identity

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
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
	for _, pod := range slices.Concat(c.Decoys, c.Candidates) {
		if !slices.ContainsFunc(all, func(p Pod) bool { return p.place() == pod.place() }) {
			all = append(all, pod)
		}
	}
	return all
}

func (p Pod) place() Place { return Place{p.Namespace, p.Name} }

// likeOf gives the pod what another one has, in all that it does not say itself but for its name.
func (p *Pod) likeOf(other Pod) {
	other.Namespace, other.Name = "", ""
	into, from := reflect.ValueOf(p).Elem(), reflect.ValueOf(other)
	for i := range into.NumField() {
		if into.Field(i).IsZero() {
			into.Field(i).Set(from.Field(i))
		}
	}
}

// check finds what is wrong with the pod, and takes from its spec and status what has a field of its own: they win.
func (p *Pod) check() (problems []error) {
	if namespace, name, ok := strings.Cut(p.Name, "/"); ok {
		p.Namespace, p.Name = namespace, name
	}
	spec, status := p.Spec.fields(), p.Status.fields()
	if !isNull(status["podIPs"]) {
		p.IPs = nil
	}
	for _, one := range []struct {
		name string
		raw  json.RawMessage
		into any
	}{
		{"spec.nodeName", spec["nodeName"], &p.NodeName}, {"spec.hostNetwork", spec["hostNetwork"], &p.HostNetwork},
		{"status.phase", status["phase"], &p.Phase}, {"status.startTime", status["startTime"], &p.StartTime},
		{"status.podIP", status["podIP"], &p.IP}, {"status.podIPs", status["podIPs"], &p.IPs},
	} {
		if err := fill(one.into, one.raw); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", one.name, err))
		}
	}
	if p.Phase != "" {
		p.Phase = strings.ToUpper(p.Phase[:1]) + strings.ToLower(p.Phase[1:])
	}
	if _, ok := parseMoment(p.StartTime); p.StartTime != "" && !ok {
		problems = append(problems, fmt.Errorf("startTime: %q is not a time", p.StartTime))
	}
	for name, given := range map[string]texts{"labels": p.Labels, "annotations": p.Annotations} {
		if text, ok := given[""]; ok {
			problems = append(problems, fmt.Errorf("%s: cannot be %q", name, text))
		}
	}
	return problems
}

// object is the pod with its status, as its kubelet would have reported it. Containers that have no start of their own
// start with the pod, at start unless the pod says otherwise.
func (p Pod) object(started map[string]time.Time, start time.Time, ip, nodeIP string) (*corev1.Pod, error) {
	no := false
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.Name, Labels: p.Labels, Annotations: p.Annotations},
		Spec:       corev1.PodSpec{AutomountServiceAccountToken: &no},
	}
	pod.OwnerReferences = controlled(p.Owners.complete("ReplicaSet"))
	if len(p.Spec) > 0 {
		if err := json.Unmarshal(p.Spec, &pod.Spec); err != nil {
			return nil, fmt.Errorf("spec of pod %s: %w", p.place(), err)
		}
	}
	pod.Spec.NodeName, pod.Spec.HostNetwork = p.NodeName, p.HostNetwork
	pod.Spec.PriorityClassName, pod.Spec.ServiceAccountName, pod.Spec.RuntimeClassName = "", "", nil // they do not exist here
	all := containers(pod.Spec.Containers)
	all.complete()
	all = all.add(p.Containers...)
	for _, name := range slices.Sorted(maps.Keys(started)) {
		if name != "" {
			all = all.add(corev1.Container{Name: name})
		}
	}
	if len(all) == 0 {
		all = containers{{}}
	}
	all.complete()
	containers(pod.Spec.InitContainers).complete()
	pod.Spec.Containers = all
	for _, at := range started {
		if at.Before(start) {
			start = at.Add(-10 * time.Second)
		}
	}
	if at, ok := parseMoment(p.StartTime); ok {
		start = at
	}
	var err error
	pod.Status, err = p.status(pod, started, metav1.NewTime(start), ip, nodeIP)
	return pod, err
}
