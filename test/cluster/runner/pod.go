package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// pod is a pod with processes.
type pod struct {
	runner  *Runner
	object  *corev1.Pod // as it was when it came
	ip      string
	folder  string
	started metav1.Time

	// ending is done when the containers have to end (SIGTERM), killing when
	// they must not live longer (SIGKILL), node when the runner itself ends.
	ending, killing, node context.Context
	end, kill             context.CancelFunc

	containers []*container // those that are processes

	mu    sync.Mutex // guards the containers' states and what follows
	timer *time.Timer
}

func newPod(node context.Context, r *Runner, object *corev1.Pod) *pod {
	p := &pod{
		runner:  r,
		object:  object,
		ip:      r.addresses.of(object.UID),
		folder:  filepath.Join(r.dir.Pods(), fmt.Sprintf("%s_%s_%s", object.Namespace, object.Name, object.UID)),
		started: metav1.Now(),
		node:    node,
	}
	if object.Status.StartTime != nil {
		p.started = *object.Status.StartTime
	}
	p.killing, p.kill = context.WithCancel(node)
	p.ending, p.end = context.WithCancel(p.killing)
	for i := range object.Spec.Containers {
		if spec := &object.Spec.Containers[i]; spec.Image == cluster.OperatorImage {
			p.containers = append(p.containers, newContainer(p, spec))
		}
	}
	return p
}

// observe starts the pod's end once its deletion is asked for; a later, shorter
// grace period counts from then on.
func (p *pod) observe(object *corev1.Pod) {
	if object.DeletionTimestamp == nil {
		return
	}
	// The time of deletion already contains the grace period.
	left := time.Until(object.DeletionTimestamp.Time)
	if seconds := object.DeletionGracePeriodSeconds; seconds != nil {
		left = min(left+time.Second, time.Duration(*seconds)*time.Second) // it is cut to a second
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.timer == nil:
		p.timer = time.AfterFunc(left, p.kill)
	case p.timer.Stop():
		p.timer.Reset(left)
	}
	p.end()
}

// run runs the containers until the pod has ended, and then tells so.
func (p *pod) run() {
	defer p.kill() // frees the contexts
	defer p.release()
	if err := p.prepare(); err != nil {
		klog.Infof("pod %s/%s: not started: %v", p.object.Namespace, p.object.Name, err)
	} else {
		var running sync.WaitGroup
		for _, c := range p.containers {
			running.Go(c.run)
		}
		running.Wait()
	}
	if p.node.Err() != nil {
		return // the node is down: it tells nothing
	}
	if p.ending.Err() != nil {
		p.runner.statuses.finish(p.object, p.status())
		return
	}
	p.report() // its containers have ended for good, and are not restarted
	<-p.ending.Done()
	p.runner.statuses.finish(p.object, p.status())
}

func (p *pod) release() {
	for _, c := range p.containers {
		p.runner.ports.free(c.port)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
}

// prepare makes the folder and gets the service account's token, for which
// the account has to exist; it tries until the pod ends.
func (p *pod) prepare() error {
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return err
	}
	ticker := time.NewTicker(500 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := p.writeKubeconfig(p.ending)
		if err == nil {
			return nil
		}
		klog.Infof("pod %s/%s: %v", p.object.Namespace, p.object.Name, err)
		select {
		case <-p.ending.Done():
			return err
		case <-ticker.C:
		}
	}
}

// change changes a container's state and reports the pod's.
func (p *pod) change(do func()) {
	p.mu.Lock()
	do()
	p.mu.Unlock()
	p.report()
}

func (p *pod) report() { p.runner.statuses.set(p.object, p.status()) }

// status is the pod's status now.
func (p *pod) status() *corev1.PodStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	states := map[string]containerState{}
	for _, c := range p.containers {
		states[c.spec.Name] = c.state
	}
	return podStatus(p.object, p.ip, p.started, states)
}

func (p *pod) container(name string) *container {
	for _, c := range p.containers {
		if c.spec.Name == name {
			return c
		}
	}
	return nil
}
