package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// containers are a pod's: names, or objects as in its spec.
type containers []corev1.Container

func (c *containers) UnmarshalJSON(data []byte) error {
	for _, raw := range listOf(data) {
		var one corev1.Container
		if name, err := textOf(raw); err == nil {
			one.Name = name
		} else if json.Unmarshal(raw, &one) != nil {
			return errors.New("must be names or containers")
		}
		*c = append(*c, one)
	}
	return nil
}

// complete gives the containers what they need to have.
func (c containers) complete() {
	for i := range c {
		if c[i].Image == "" {
			c[i].Image = image
		}
		if c[i].Name == "" && i == 0 {
			c[i].Name = "main"
		} else if c[i].Name == "" {
			c[i].Name = fmt.Sprintf("main-%d", i)
		}
	}
}

// add adds those that are not there yet.
func (c containers) add(more ...corev1.Container) containers {
	for _, one := range more {
		if !slices.ContainsFunc(c, func(o corev1.Container) bool { return o.Name == one.Name }) {
			c = append(c, one)
		}
	}
	return c
}

// starts are when containers started, by POD/CONTAINER, by the pod alone, which means all of its containers, or by the
// container alone, which means one of the case's own pod. The empty key means all of that pod.
type starts map[string]string

func (s *starts) UnmarshalJSON(data []byte) error {
	if *s == nil {
		*s = starts{}
	}
	if text, err := textOf(data); err == nil && data[0] != '[' {
		(*s)[""] = text
		return nil
	}
	fields, ok := objectOf(data)
	if !ok {
		return errors.New("must map containers to times")
	}
	for key, value := range fields {
		inner, ok := objectOf(value)
		if !ok {
			inner = map[string]json.RawMessage{"": value}
		}
		for container, at := range inner {
			text, err := textOf(at)
			if err != nil {
				return err
			}
			if text != "" {
				(*s)[strings.TrimSuffix(key+"/"+container, "/")] = text
			}
		}
	}
	return nil
}

// started are the containers of a pod whose start the case gives; the empty name means all others.
func (c *Case) started(pod string) map[string]time.Time {
	found := map[string]time.Time{}
	for key, value := range c.StartedAt {
		parts := strings.Split(key, "/")
		if len(parts) > 2 { // NAMESPACE/POD/CONTAINER
			parts = parts[len(parts)-2:]
		}
		owner, container := c.Pod.Name, ""
		switch {
		case len(parts) == 2:
			owner, container = parts[0], parts[1]
		case c.hasPod(key):
			owner = key
		default:
			container = key
		}
		if owner == pod {
			found[container], _ = parseMoment(value)
		}
	}
	return found
}

func (c *Case) hasPod(name string) bool {
	return slices.ContainsFunc(c.pods(), func(p Pod) bool { return p.Name == name })
}
