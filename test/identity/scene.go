package identity

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// scene is what exists when a case is proved, but for the lock: that comes last, as only a pod that exists has the uid
// that an owner reference needs, and only a pod that runs can have renewed.
type scene struct {
	nodes []*corev1.Node
	pods  []*corev1.Pod
}

// scene brings the case to life: its times are moved to the present, and what it leaves out is as usual.
func (c *Case) scene(now time.Time) (scene, error) {
	c.moveTo(c.renewal(now))
	var s scene
	ips := map[string]string{"": "172.18.0.1"}
	for i, node := range c.nodes() {
		object := node.object(fmt.Sprintf("172.18.0.%d", i+2))
		ips[node.Name] = internalIP(object)
		s.nodes = append(s.nodes, object)
	}
	start := c.podStart(now)
	for i, pod := range c.pods() {
		began := start
		if i == 0 && c.expected() == expectOther && c.Pod.Name != "" {
			pod.StartTime, began = "", c.lateStart(now)
		}
		object, err := pod.object(c.started(pod.Name), began, fmt.Sprintf("10.244.%d.%d", i/200, i%200+2), ips[pod.NodeName])
		if err != nil {
			return s, err
		}
		s.pods = append(s.pods, object)
	}
	return s, nil
}

// podStart is when pods started that do not say it: before all that the lock remembers.
func (c *Case) podStart(now time.Time) time.Time {
	known := append(c.times().all(), c.record(now).acquired)
	return slices.MinFunc(known, time.Time.Compare).Add(-time.Hour)
}

// lateStart is when another incarnation of the holder started: after the holder's last renewal, and not in the future.
func (c *Case) lateStart(now time.Time) time.Time {
	renewed := c.renewal(now)
	if at, ok := parseMoment(c.Pod.StartTime); ok && at.After(renewed) && at.Before(now) {
		return at
	}
	return now.Add(renewed.Sub(now) / 2)
}
