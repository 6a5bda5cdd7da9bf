package node

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
)

// children are the processes that the node started, and those that it
// inherited: the first process of a PID namespace gets all orphans, such as
// the shims of containers, and has to reap them.
type children struct {
	mu    sync.Mutex
	ended map[int]chan syscall.WaitStatus // of our own
	argv0 string                          // folder under which they are found in the process table
}

func newChildren(argv0 string) *children {
	return &children{ended: map[int]chan syscall.WaitStatus{}, argv0: argv0}
}

// reap takes note of ends, for as long as the process lives.
func (c *children) reap() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGCHLD)
	for range signals {
		for c.reapOne() {
		}
	}
}

func (c *children) reapOne() bool {
	c.mu.Lock() // not between a start and its entry
	defer c.mu.Unlock()
	var status syscall.WaitStatus
	pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	if err == syscall.EINTR {
		return true
	}
	if err != nil || pid <= 0 {
		return false
	}
	if ended, ok := c.ended[pid]; ok {
		ended <- status
		delete(c.ended, pid)
	}
	return true
}

// run runs a program with its output appended to a file, until it ends or ctx
// does. Its end is an error unless its exit code is 0.
func (c *children) run(ctx context.Context, log, program string, args ...string) error {
	path, err := exec.LookPath(program)
	if err != nil {
		return err
	}
	output, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer output.Close()
	name := filepath.Base(program)
	process, ended, err := c.start(path, append([]string{filepath.Join(c.argv0, name)}, args...), output)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	var status syscall.WaitStatus
	select {
	case status = <-ended:
	case <-ctx.Done():
		_ = process.Kill()
		<-ended
		return nil
	}
	if status.ExitStatus() != 0 {
		return fmt.Errorf("%s ended with %d, signal %d; its log is %s", name, status.ExitStatus(), status.Signal(), log)
	}
	return nil
}

func (c *children) start(path string, argv []string, output *os.File) (*os.Process, <-chan syscall.WaitStatus, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	process, err := os.StartProcess(path, argv, &os.ProcAttr{
		Env:   append(os.Environ(), "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
		Files: []*os.File{nil, output, output},
	})
	if err != nil {
		return nil, nil, err
	}
	ended := make(chan syscall.WaitStatus, 1)
	c.ended[process.Pid] = ended
	return process, ended, nil
}
