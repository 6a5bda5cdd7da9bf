package scenarios

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// proxy stands between the plugin and the API server, as in many companies. What the plugin gets from it is its own
// kubeconfig; refuse says which requests it turns away.
func proxy(t *testing.T, ns *namespace, refuse func(*http.Request) bool) (*httptest.Server, *namespace) {
	t.Helper()
	return gateway(t, ns, func(forward http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if refuse(r) {
				http.Error(w, "not through here", http.StatusBadRequest)
				return
			}
			forward.ServeHTTP(w, r)
		})
	})
}

func TestLogsAcrossCutConnections(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	_, direct := forwarded(t, ns)
	server, through := proxy(t, ns, func(*http.Request) bool { return false })
	logs := start(t, through, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	for range 10 {
		post(t, direct+"/burst?lines=1000")
		server.CloseClientConnections()
	}
	checkComplete(t, ns, logs)
}

// TestLogsAcrossCrashes lets the leader crash in its pod after it said much: --previous has the rest.
func TestLogsAcrossCrashes(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, "--brief")
	_, url := forwarded(t, ns)
	logs := start(t, ns, "logs", "-f", "demo-operator")
	logs.stdout.until(t, "a line", numberedLine)
	for range 3 {
		ns.tell(t, url, "/burst?lines=2000")
		ns.failover(t, func(string) { post(t, url+"/crash") })
		untilPrinted(t, logs, truth(t, ns)) // the log before the previous one is gone
	}
	checkComplete(t, ns, logs)
}

// TestLogsToASlowReader does not read what is printed until three leaders have come and gone. All
// of them hang, so that their pods stay, and so do their logs.
func TestLogsToASlowReader(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t, "--brief", "--replicas=4", "--grace=1s") // who hangs is killed in the end
	_, url := forwarded(t, ns)
	cmd := exec.Command(filepath.Join(ns.lab.bin, "kubectl-leader"), "logs", "-f", "demo-operator")
	cmd.Args[0] = filepath.Join(ns.lab.dir, "run", "kubectl-leader")
	cmd.Env = append(os.Environ(), "KUBECONFIG="+ns.kubeconfig)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errors := newBuffer()
	cmd.Stderr = errors
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("stderr of logs:\n%s", errors)
		}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) // it has ended, unless the test fails
	first := make([]byte, 1)
	if _, err := io.ReadFull(out, first); err != nil {
		t.Fatal(err)
	}
	// More than all buffers hold and less than a file does, from the first leader: its while after
	// the term passes in those of the others, and nothing is lost. (A rotation would take what has
	// not been read yet: the API has no way to it.)
	for _, lines := range []int{80_000, 5_000, 5_000} { // even the few are more than a pipe holds
		ns.tell(t, url, fmt.Sprintf("/burst?lines=%d", lines))
		ns.failover(t, func(string) { post(t, url+"/hang") })
	}
	logs := &process{cmd: cmd, stdout: newBuffer(), stderr: errors, ended: make(chan struct{})}
	logs.stdout.Write(first) // a buffer
	go func() {
		defer close(logs.ended)
		io.Copy(logs.stdout, out) // ends with the process
		cmd.Wait()                // ProcessState has it
	}()
	checkComplete(t, ns, logs)
}
