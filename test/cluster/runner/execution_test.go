package runner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/crilog"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

// stream is the server's side of a SPDY stream that gets output: what it reads
// ends when the client is gone.
type stream struct {
	output bytes.Buffer
	gone   chan struct{}
}

func newStream() *stream { return &stream{gone: make(chan struct{})} }

func (s *stream) Read([]byte) (int, error)       { <-s.gone; return 0, io.EOF }
func (s *stream) Write(data []byte) (int, error) { return s.output.Write(data) }
func (s *stream) Close() error                   { return nil }
func (s *stream) String() string                 { return s.output.String() }

// execContainer is a container that runs, in a folder of its own.
func execContainer(t *testing.T) executor {
	t.Helper()
	folder := t.TempDir()
	file, err := crilog.Create(filepath.Join(folder, "0.log"), maxLogSize, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	operator := exec.Command("sleep", "600")
	operator.Dir, operator.Env = folder, []string{"POD_NAME=p-1", "PATH=/nowhere"}
	if err := operator.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = operator.Process.Kill()
		_ = operator.Wait() // a test may have waited
		_ = file.Close()
	})
	one := running(0, "a")
	one.command, one.file, one.stdout, one.stderr = operator, file, file.Stdout(), file.Stderr()
	object := operatorPod()
	return executor{&container{pod: &pod{object: object}, spec: &object.Spec.Containers[0], folder: folder}, one}
}

func TestExec(t *testing.T) {
	for name, test := range map[string]struct {
		words       []string
		in          io.Reader
		out, errOut string
		code        int
	}{
		"both streams":              {[]string{"sh", "-c", "echo out; echo err >&2; exit 3"}, nil, "out\n", "err\n", 3},
		"input":                     {[]string{"cat"}, strings.NewReader("hello"), "hello", "", 0},
		"input that nobody reads":   {[]string{"true"}, strings.NewReader(strings.Repeat("x", 1<<20)), "", "", 0},
		"input that does not end":   {[]string{"true"}, newStream(), "", "", 0},
		"the container's variables": {[]string{"sh", "-c", "echo $POD_NAME"}, nil, "p-1\n", "", 0},
		"words stay words":          {[]string{"printf", "%s,", "a b", "$c", ""}, nil, "a b,$c,,", "", 0},
		"killed":                    {[]string{"sh", "-c", "kill -9 $$"}, nil, "", "", 137},
		"no program":                {[]string{"no-such-program"}, nil, "", "not found", 127},
		"no builtin of the shell":   {[]string{"cd", "/"}, nil, "", "not found", 127},
	} {
		out, errOut := newStream(), newStream()
		err := execContainer(t).ExecInContainer(t.Context(), "", "", "", test.words, test.in, out, errOut, false, nil, 0)
		close(out.gone)
		if code := exitCode(t, err); code != test.code || out.String() != test.out || !strings.Contains(errOut.String(), test.errOut) {
			t.Errorf("%s: got code %d, %q and %q", name, code, out, errOut)
		}
		if test.errOut == "" && errOut.String() != "" {
			t.Errorf("%s: want no word on stderr, got %q", name, errOut)
		}
	}
}

func TestExecOnTerminal(t *testing.T) {
	sizes := make(chan remotecommand.TerminalSize)
	out := newStream()
	// It waits for its input's line, which comes after the size.
	in, typist := io.Pipe()
	go func() {
		sizes <- remotecommand.TerminalSize{Width: 99, Height: 33}
		sizes <- remotecommand.TerminalSize{Width: 99, Height: 33} // the first has been set
		_, _ = io.WriteString(typist, "go\n")
	}()
	err := execContainer(t).ExecInContainer(t.Context(), "", "", "", []string{"sh", "-c", "read line; stty size; exit 4"}, in, out, nil, true, sizes, 0)
	close(sizes)
	if code := exitCode(t, err); code != 4 || !strings.Contains(out.String(), "33 99\r\n") {
		t.Errorf("got code %d and %q, want 4 and the size of the window", code, out)
	}
}

// TestExecEnds: with the client, and with the container, all that the command
// has started ends; until then the process table shows it as the cluster's.
func TestExecEnds(t *testing.T) {
	for name, end := range map[string]func(executor, *stream){
		"the client goes": func(_ executor, out *stream) { close(out.gone) },
		"the container ends": func(e executor, _ *stream) {
			now, cancel := context.WithCancel(context.Background())
			cancel()
			e.instance.wait(now, now, &e.container.pod.mu)
		},
	} {
		e, out := execContainer(t), newStream()
		ended := make(chan error, 1)
		// Its child holds the output open: it ends, too, or we wait for long.
		go func() {
			ended <- e.ExecInContainer(t.Context(), "", "", "", []string{"sh", "-c", "echo $$ > pid; sleep 600 & wait"}, nil, out, newStream(), false, nil, 0)
		}()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		argv0 := filepath.Join(e.container.folder, "exec")
		err := process.WaitUntil(ctx, argv0, func(found []process.Info) bool {
			pid, _ := os.ReadFile(filepath.Join(e.container.folder, "pid"))
			return len(found) == 1 && found[0].LeadsGroup && len(pid) > 0
		})
		if err != nil {
			t.Fatal(err)
		}
		end(e, out)
		if code := exitCode(t, <-ended); code != 137 {
			t.Errorf("%s: code %d, want 137", name, code)
		}
	}
}

func TestExecNeedsARunningContainer(t *testing.T) {
	for name, test := range map[string]struct {
		state containerState
		want  string
	}{
		"running":     {containerState{current: running(1, "b"), last: lived(0, "a", 1)}, ""},
		"not started": {containerState{}, `container not found ("operator")`},
		"in back-off": {containerState{current: lived(1, "b", 1), waiting: true}, `container not found ("operator")`},
		"ended":       {containerState{current: lived(0, "a", 0)}, `container not found ("operator")`},
	} {
		e := execContainer(t)
		e.container.state = test.state
		got := ""
		if _, err := e.container.execInstance(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	e := execContainer(t) // ends between the question and the start
	e.instance.ended = true
	if err := e.ExecInContainer(t.Context(), "", "", "", []string{"true"}, nil, newStream(), nil, false, nil, 0); err == nil {
		t.Error("want an error for an instance that has ended")
	}
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit utilexec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitStatus()
}
