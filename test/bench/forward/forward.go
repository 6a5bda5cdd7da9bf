// Package forward measures port forwarding by what comes through the local port.
package forward

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

// remote is the port of the demo operator.
const remote = 8080

// Way is one of the two ways to forward a port to a leader.
type Way struct {
	Name string
	// begin starts forwarding from a local port, and returns once that process runs.
	begin func(ctx context.Context, o *site.Operator, local int) (*site.Process, error)
}

// Ours is `kubectl leader port-forward LOCK`.
func Ours() Way {
	return Way{"kubectl-leader port-forward", func(ctx context.Context, o *site.Operator, local int) (*site.Process, error) {
		return o.Start(ctx, o.Plugin, nil, "port-forward", o.Lock, fmt.Sprintf("%d:%d", local, remote), "--address=127.0.0.1")
	}}
}

// Kubectls is what people write by hand: the holder up to its first "_", and kubectl port-forward to the pod of that name.
func Kubectls() Way {
	return Way{"kubectl get lease, port-forward", func(ctx context.Context, o *site.Operator, local int) (*site.Process, error) {
		get := exec.CommandContext(ctx, o.Kubectl, "get", "lease", o.Lock, "-o", "jsonpath={.spec.holderIdentity}")
		get.Env = o.Env()
		holder, err := get.Output()
		if err != nil {
			return nil, fmt.Errorf("kubectl get lease: %w", err)
		}
		pod, _, _ := strings.Cut(string(holder), "_")
		return o.Start(ctx, o.Kubectl, nil, "port-forward", "pod/"+pod, fmt.Sprintf("%d:%d", local, remote), "--address=127.0.0.1")
	}}
}

// Tunnel is a port that is being forwarded.
type Tunnel struct {
	*site.Process
	Address string
	// Opened is from before the first process was started until the first byte of the leader's answer.
	Opened time.Duration
}

const (
	openWithin = 30 * time.Second
	// retryEvery is how long who is refused waits: a port that is not bound yet has no event.
	retryEvery = 5 * time.Millisecond
)

// Open forwards a port to the operator's leader and waits until the leader answers.
func (w Way) Open(ctx context.Context, o *site.Operator) (t *Tunnel, err error) {
	local, err := freePort()
	if err != nil {
		return nil, err
	}
	wanted, err := o.Leader(ctx)
	if err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	started := time.Now()
	process, err := w.begin(ctx, o, local)
	if err != nil {
		return nil, err
	}
	t = &Tunnel{Process: process, Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(local))}
	for {
		answer, err := Ask(within, t.Address)
		if err == nil && answer.Pod != wanted {
			err = fmt.Errorf("%s reached %+v, want the leader %s", w.Name, answer, wanted)
		} else if err == nil {
			t.Opened = answer.At.Sub(started)
			return t, nil
		} else if Refused(err) && within.Err() == nil {
			timer := time.NewTimer(retryEvery)
			select {
			case <-timer.C:
				continue
			case <-process.Ended():
				timer.Stop()
				return nil, process.Failure()
			}
		}
		_, _ = process.End() // what went wrong before is told
		return nil, err
	}
}

// Close ends the forwarding.
func (t *Tunnel) Close() error {
	_, err := t.End()
	return err
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close() // it has been of use
	return listener.Addr().(*net.TCPAddr).Port, nil
}
