package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
)

// containerState is what the API and the log readers see of a container; the
// pod's mutex guards it.
type containerState struct {
	current *instance // the one that runs or ran last; nil before the first
	last    *instance // the one before
	ready   bool
	waiting bool // for the next start, after current has ended
}

// container restarts its process as the restart policy says.
type container struct {
	pod    *pod
	spec   *corev1.Container
	folder string
	port   int // of the latest instance; for its own goroutine
	first  int // number of the first instance to start
	state  containerState
}

func newContainer(p *pod, spec *corev1.Container) *container {
	c := &container{pod: p, spec: spec, folder: filepath.Join(p.folder, spec.Name)}
	c.adopt()
	return c
}

// adopt takes over the instances that an earlier runner started: the last one
// counts as killed, and the numbers go on.
func (c *container) adopt() {
	c.first = nextNumber(c.folder)
	for _, status := range c.pod.object.Status.ContainerStatuses {
		if status.Name != c.spec.Name || status.ContainerID == "" {
			continue
		}
		c.first = max(c.first, int(status.RestartCount)+1)
		if running := status.State.Running; running != nil {
			c.state.current = &instance{
				number: c.first - 1, id: status.ContainerID, log: c.logPath(c.first - 1), started: running.StartedAt,
				ended: true, finished: metav1.Now(), exitCode: 137,
			}
			c.state.waiting = true
		}
	}
}

// nextNumber is one more than the highest N of the files N.log in folder.
func nextNumber(folder string) int {
	entries, _ := os.ReadDir(folder) // none: nothing has run
	next := 0
	for _, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), ".")
		if n, err := strconv.Atoi(number); err == nil {
			next = max(next, n+1)
		}
	}
	return next
}

func (c *container) logPath(number int) string {
	return filepath.Join(c.folder, fmt.Sprintf("%d.log", number))
}

// run starts the process again and again until the pod ends or its restart
// policy says so.
func (c *container) run() {
	if err := os.MkdirAll(c.folder, 0o755); err != nil {
		klog.Errorf("container %s: %v", c.folder, err)
		return
	}
	var restarts backoff
	for number := c.first; c.pod.ending.Err() == nil; number++ {
		one, err := c.start(number)
		if err != nil {
			klog.Errorf("container %s: %v", c.folder, err)
			one = c.failed(number)
		}
		c.pod.change(func() { c.state = containerState{current: one, last: c.state.current} })
		if err == nil {
			c.supervise(one)
		}
		again := c.restarts(one.exitCode) && c.pod.ending.Err() == nil
		delay := restarts.next(one.finished.Sub(one.started.Time))
		c.pod.change(func() {
			c.state.ready = false
			c.state.waiting = again && delay > 0
		})
		if !again || !c.sleep(delay) {
			return
		}
	}
}

// supervise probes the process and ends it when the pod ends; it returns when
// the process has ended and its log is complete.
func (c *container) supervise(one *instance) {
	probing, stop := context.WithCancel(c.pod.killing)
	probed := make(chan struct{})
	go func() {
		defer close(probed)
		c.probe(probing, one.port)
	}()
	one.wait(c.pod.ending, c.pod.killing, &c.pod.mu)
	stop()
	<-probed
}

func (c *container) failed(number int) *instance {
	now := metav1.Now()
	return &instance{number: number, id: newContainerID(), log: c.logPath(number), started: now, ended: true, finished: now, exitCode: 128}
}

// sleep returns false when the pod ends before the delay is over.
func (c *container) sleep(delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.pod.ending.Done():
		c.pod.change(func() { c.state.waiting = false })
		return false
	}
}

func (c *container) restarts(exitCode int32) bool {
	switch c.pod.object.Spec.RestartPolicy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return exitCode != 0
	default:
		return true
	}
}
