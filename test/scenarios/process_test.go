package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is the plugin running in the background.
type process struct {
	cmd    *exec.Cmd
	stdout *buffer
	stderr *buffer
	ended  chan struct{}
}

// start runs the built plugin in a namespace and ends it with the test. Its arguments are words, and functions that
// change the command before it starts.
func start(t *testing.T, ns *namespace, args ...any) *process {
	t.Helper()
	var words []string
	var changes []func(*exec.Cmd)
	for _, arg := range args {
		switch arg := arg.(type) {
		case string:
			words = append(words, arg)
		case func(*exec.Cmd):
			changes = append(changes, arg)
		}
	}
	cmd := exec.Command(filepath.Join(ns.lab.bin, "kubectl-leader"), words...)
	// Under this name the cluster's `down` finds it, too, should this test be killed.
	cmd.Args[0] = filepath.Join(ns.lab.dir, "run", "kubectl-leader")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+ns.kubeconfig, "GOTRACEBACK=all")
	for _, change := range changes {
		change(cmd)
	}
	return startCommand(t, cmd)
}

// startCommand runs a command and ends it with the test.
func startCommand(t *testing.T, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{cmd: cmd, stdout: newBuffer(), stderr: newBuffer(), ended: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = p.stdout
	}
	if cmd.Stderr == nil {
		cmd.Stderr = p.stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(p.ended); cmd.Wait() }() // ProcessState has it
	t.Cleanup(func() {
		cmd.Process.Kill() // it may have ended
		<-p.ended
		if t.Failed() {
			t.Logf("stderr of %v:\n%s", cmd.Args[1:], p.stderr)
		}
	})
	return p
}

// end sends a signal and returns the exit code.
func (p *process) end(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	return p.wait(t)
}

func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("%v does not end", p.cmd.Args)
		return -1
	}
}

// forwarded starts a port-forward to port 8080 of the demo operator's leader and returns its base URL.
func forwarded(t *testing.T, ns *namespace) (*process, string) {
	t.Helper()
	return forwardedTo(t, ns, "demo-operator")
}

// forwardedTo starts a port-forward to port 8080 of a lock's leader and returns its base URL.
func forwardedTo(t *testing.T, ns *namespace, lock string) (*process, string) {
	t.Helper()
	// A connection waits as long as a scenario does, whatever happens to the cluster.
	p := start(t, ns, "port-forward", lock, ":8080", "--address=127.0.0.1", "-o", "json", "--timeout="+patience.String())
	line := p.stdout.until(t, "the ready object", func(text string) bool { return strings.HasSuffix(text, "}\n") })
	var ready struct{ Ports []struct{ Local int } }
	if err := json.Unmarshal([]byte(line), &ready); err != nil || len(ready.Ports) != 1 {
		t.Fatalf("%v in %s", err, line)
	}
	return p, fmt.Sprintf("http://127.0.0.1:%d", ready.Ports[0].Local)
}

// buffer collects output and wakes those who wait for more of it.
type buffer struct {
	mu    sync.Mutex
	text  bytes.Buffer
	grown chan struct{}
}

func newBuffer() *buffer { return &buffer{grown: make(chan struct{})} }

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.grown)
	b.grown = make(chan struct{})
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// until waits for output that is as wanted and returns it.
func (b *buffer) until(t *testing.T, what string, wanted func(text string) bool) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		b.mu.Lock()
		text, grown := b.text.String(), b.grown
		b.mu.Unlock()
		if wanted(text) {
			return text
		}
		select {
		case <-grown:
		case <-deadline:
			if len(text) > 4000 {
				text = text[len(text)-4000:]
			}
			t.Fatalf("never got %s; the output ends:\n%s", what, text)
		}
	}
}

// fresh asks on a new connection each time, as curl does.
var fresh = &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}

// state is what the demo operator says of itself.
type state struct {
	Leader   bool
	Pod      string
	Identity string
	Run      string
}

func askState(url string) (state, error) {
	var s state
	resp, err := fresh.Get(url + "/state")
	if err != nil {
		return s, err
	}
	defer resp.Body.Close() // read-only
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(body, &s)
}

// post asks the leader to do something. One that is told to crash does not answer.
func post(t *testing.T, url string) {
	t.Helper()
	resp, err := fresh.Post(url, "", nil)
	if err != nil {
		// The end of a term ends its connections, and may come before the answer.
		if !strings.HasSuffix(url, "/crash") && !strings.HasSuffix(url, "/release") {
			t.Error(err)
		}
		return
	}
	defer resp.Body.Close() // read-only
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", url, resp.Status)
	}
}
