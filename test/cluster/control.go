package cluster

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

const (
	controlTimeout = 2 * time.Minute // of a change of one component's state
	stopGrace      = 30 * time.Second
)

// Start starts the component unless it runs, and waits until it is ready.
func (c *Cluster) Start(ctx context.Context, name string) error {
	return c.with(ctx, name, func(ctx context.Context, one component) error {
		if err := c.ensureStarted(ctx, one); err != nil {
			return err
		}
		return c.waitReady(ctx, one)
	})
}

// Stop ends the component with SIGTERM and waits for its end; one that has not
// ended after stopGrace is killed, as the kubelet does with a static pod.
func (c *Cluster) Stop(ctx context.Context, name string) error {
	return c.with(ctx, name, func(ctx context.Context, one component) error {
		// A paused process would never get the SIGTERM.
		graceful, cancel := context.WithTimeout(ctx, stopGrace)
		defer cancel()
		err := c.signal(graceful, one, gone, syscall.SIGTERM, syscall.SIGCONT)
		if err != nil && graceful.Err() != nil {
			return c.signal(ctx, one, gone, syscall.SIGKILL)
		}
		return err
	})
}

// Kill ends the component with SIGKILL and waits for its end.
func (c *Cluster) Kill(ctx context.Context, name string) error {
	return c.with(ctx, name, func(ctx context.Context, one component) error {
		return c.signal(ctx, one, gone, syscall.SIGKILL)
	})
}

// Pause stops the component as SIGSTOP does, and waits until it stands.
func (c *Cluster) Pause(ctx context.Context, name string) error {
	return c.with(ctx, name, func(ctx context.Context, one component) error {
		return c.signal(ctx, one, stopped(true), syscall.SIGSTOP)
	})
}

// Resume lets a paused component go on.
func (c *Cluster) Resume(ctx context.Context, name string) error {
	return c.with(ctx, name, func(ctx context.Context, one component) error {
		return c.signal(ctx, one, stopped(false), syscall.SIGCONT)
	})
}

// Restart stops the component and starts it.
func (c *Cluster) Restart(ctx context.Context, name string) error {
	if err := c.Stop(ctx, name); err != nil {
		return err
	}
	return c.Start(ctx, name)
}

func (c *Cluster) with(ctx context.Context, name string, do func(context.Context, component) error) error {
	if err := c.load(); err != nil {
		return err
	}
	one, err := c.component(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, controlTimeout)
	defer cancel()
	return do(ctx, one)
}

func (c *Cluster) signal(ctx context.Context, one component, reached func([]process.Info) bool, signals ...syscall.Signal) error {
	prefix := c.prefix(one)
	running, err := process.Scan(ctx, prefix)
	if err != nil {
		return err
	}
	for _, sig := range signals {
		if err := process.Signal(sig, running); err != nil {
			return err
		}
	}
	if err := process.WaitUntil(ctx, prefix, reached); err != nil {
		return fmt.Errorf("%s: %w", one.name, err)
	}
	return nil
}

func gone(processes []process.Info) bool { return len(processes) == 0 }

func stopped(want bool) func([]process.Info) bool {
	return func(processes []process.Info) bool {
		for _, p := range processes {
			if p.Stopped() != want {
				return false
			}
		}
		return true
	}
}

// prefix is how the component's line in the process table starts; the blank
// tells `kube` from `kube-proxy`.
func (c *Cluster) prefix(one component) string { return c.Dir.argv0(one.name) + " " }

// ensureStarted starts the component unless it runs; one that is paused is
// resumed.
func (c *Cluster) ensureStarted(ctx context.Context, one component) error {
	running, err := process.Scan(ctx, c.prefix(one))
	if err != nil {
		return err
	}
	if len(running) > 0 {
		return process.Signal(syscall.SIGCONT, running)
	}
	if err := c.Dir.create(); err != nil { // its folders may be damaged
		return err
	}
	c.freeLease(ctx, one.name)
	return process.Start(process.Spec{
		Program: filepath.Join(c.Bin, one.program),
		Argv0:   c.Dir.argv0(one.name),
		Args:    one.args,
		Log:     c.Dir.Log(one.name),
		PIDFile: c.Dir.join("run", one.name+".pid"),
		Dir:     c.Dir.Path,
		Machine: one.machine,
	})
}
