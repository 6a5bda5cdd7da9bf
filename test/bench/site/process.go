package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
)

// endWithin is how long a process may take to end once it is told to.
const endWithin = 10 * time.Second

// Process is the plugin or kubectl at work.
type Process struct {
	Cmd    *exec.Cmd
	stderr string // path of the file that has it
	ended  chan struct{}
}

// Start starts a program. Its output goes to a file, nil for nowhere, so that nothing of it waits for us.
func (o *Operator) Start(ctx context.Context, program string, stdout *os.File, args ...string) (*Process, error) {
	stderr, err := os.CreateTemp(o.Scratch, "stderr-")
	if err != nil {
		return nil, err
	}
	defer stderr.Close() // the process has it
	cmd := exec.CommandContext(ctx, program, args...)
	// Under this name the cluster's Down finds it, too, should this process be killed.
	cmd.Args[0] = filepath.Join(o.Cluster.Dir.Path, "run", filepath.Base(program))
	cmd.Env, cmd.Stdout, cmd.Stderr = o.Env(), nil, stderr
	if stdout != nil {
		cmd.Stdout = stdout
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{Cmd: cmd, stderr: stderr.Name(), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = cmd.Wait() // ProcessState tells
	}()
	return p, nil
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// End ends the process as Ctrl-C does, and returns what it used. One that has failed by itself is an error.
func (p *Process) End() (*os.ProcessState, error) {
	select {
	case <-p.ended:
		return nil, p.Failure()
	default:
	}
	if err := p.Cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return nil, err
	}
	timer := time.NewTimer(endWithin)
	defer timer.Stop()
	select {
	case <-p.ended:
		return p.Cmd.ProcessState, nil
	case <-timer.C:
		_ = p.Cmd.Process.Kill() // it may end just now
		<-p.ended
		return nil, fmt.Errorf("%s did not end within %s of Ctrl-C", filepath.Base(p.Cmd.Path), endWithin)
	}
}

// Failure tells how a process ended that was not told to, with its last words.
func (p *Process) Failure() error {
	return fmt.Errorf("%s ended: %s\n%s", filepath.Base(p.Cmd.Path), p.Cmd.ProcessState, p.said())
}

func (p *Process) said() []byte {
	const most = 2000
	text, err := os.ReadFile(p.stderr)
	if err != nil {
		return nil
	}
	return bytes.TrimSpace(text[max(0, len(text)-most):])
}

// Memory is the peak of the process's resident memory so far, in bytes.
func (p *Process) Memory(ctx context.Context) (int64, error) {
	return measure.Resident(ctx, p.Cmd.Process.Pid)
}

// CPU is what an ended process used, user and system.
func CPU(state *os.ProcessState) time.Duration { return state.UserTime() + state.SystemTime() }
