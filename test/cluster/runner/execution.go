package runner

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/creack/pty"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

// execScript runs its arguments as a child. The shell has the name by which the
// cluster's end finds the process; what runs keeps its own: its errors show it,
// some find their files by it, and a script has its interpreter's. The shell is
// mute (of a child that is killed it would tell) and outlives a Ctrl-C.
const execScript = `exec 3>&2 2>/dev/null; trap : INT QUIT; (exec "$@" 2>&3 3>&-); exit $?`

// execution is a command that exec runs in a container: a process group, which
// ends as a whole.
type execution struct {
	container *container
	instance  *instance
	command   *exec.Cmd
	terminal  *os.File // our side of it, or nil; the pod's mutex guards it and its end
}

func newExecution(c *container, one *instance, words []string) *execution {
	command := exec.Command("/bin/sh")
	command.Args = append([]string{filepath.Join(c.folder, "exec"), "-c", execScript, "sh"}, words...)
	command.Dir = one.command.Dir
	command.Env = append(slices.Clone(one.command.Env), "PATH="+os.Getenv("PATH")) // the last one counts
	return &execution{container: c, instance: one, command: command}
}

// startOnPipes starts the command without a terminal; in may be nil.
func (x *execution) startOnPipes(in io.Reader, out, errOut io.Writer) error {
	x.command.Stdout, x.command.Stderr = out, errOut
	x.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if in == nil {
		return x.start(x.command.Start)
	}
	// Not as command.Stdin: Wait would wait for the client's end of input.
	var stdin io.WriteCloser
	if err := x.start(func() (err error) {
		if stdin, err = x.command.StdinPipe(); err != nil {
			return err
		}
		return x.command.Start()
	}); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(stdin, in)
		_ = stdin.Close()
		_, _ = io.Copy(io.Discard, in) // else nothing more comes from the client, not even its end
	}()
	return nil
}

// startOnTerminal starts the command on a terminal of its own, in a session
// whose leader it is.
func (x *execution) startOnTerminal() error {
	x.command.Env = append(x.command.Env, "TERM=xterm") // as containerd does
	return x.start(func() (err error) {
		x.terminal, err = pty.Start(x.command)
		return err
	})
}

// copyTerminal returns when nothing has the terminal open any more.
func (x *execution) copyTerminal(in io.Reader, out io.Writer) {
	terminal := x.terminal
	if in != nil {
		go func() {
			_, _ = io.Copy(terminal, in)
			_, _ = io.Copy(io.Discard, in)
		}()
	}
	_, _ = io.Copy(out, terminal) // ends with EIO on Linux
}

func (x *execution) resize(size remotecommand.TerminalSize) {
	x.container.pod.mu.Lock()
	defer x.container.pod.mu.Unlock()
	if x.terminal != nil {
		_ = pty.Setsize(x.terminal, &pty.Winsize{Rows: size.Height, Cols: size.Width})
	}
}

// start starts the command unless the container has ended, and leaves its
// group for the instance to end.
func (x *execution) start(do func() error) error {
	x.container.pod.mu.Lock()
	defer x.container.pod.mu.Unlock()
	if x.instance.ended {
		return fmt.Errorf("container not found (%q)", x.container.spec.Name)
	}
	if err := do(); err != nil {
		return err
	}
	if x.instance.execs == nil {
		x.instance.execs = map[int]bool{}
	}
	x.instance.execs[x.command.Process.Pid] = true
	return nil
}

// abort ends the command and what it has started. After wait it does nothing:
// the number of the group may be another's then.
func (x *execution) abort() {
	x.container.pod.mu.Lock()
	defer x.container.pod.mu.Unlock()
	if group := x.command.Process.Pid; x.instance.execs[group] {
		killGroup(group)
	}
}

// wait returns when the command has ended and its output is complete; an exit
// code other than 0 is a utilexec.ExitError.
func (x *execution) wait() error {
	err := x.command.Wait()
	x.abort() // what it has left behind
	x.close()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	code := exit.ExitCode()
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = 128 + int(status.Signal())
	}
	return utilexec.CodeExitError{Err: err, Code: code}
}

func (x *execution) close() {
	x.container.pod.mu.Lock()
	defer x.container.pod.mu.Unlock()
	delete(x.instance.execs, x.command.Process.Pid)
	if x.terminal != nil {
		_ = x.terminal.Close()
		x.terminal = nil
	}
}

// killGroup ends all processes of a group; it may be gone.
func killGroup(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }
