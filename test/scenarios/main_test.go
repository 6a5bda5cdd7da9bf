// Package scenarios runs the built plugin against a real API server and a real elected operator, as a user would.
package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// lab is a cluster. Scenarios share one and have a namespace of their own in it. Those that break
// the cluster itself do not run in parallel with others, and mend it before they end.
type lab struct {
	kind       kind
	bin        string // folder of the built binaries
	dir        string // folder of the cluster
	kubeconfig string
	nodes      int
	version    string // of the control plane, v1.30; "" is that of bin/kube
}

var shared *lab

func TestMain(m *testing.M) {
	testscript.Main(withCluster{m}, map[string]func(){"fetch": fetchMain, "curl": fetchMain, "k9s": k9sMain})
}

// ended is the last word of a run that was not cut short and left nothing behind: gotest gives no
// other a second run.
const ended = "All tests have ended."

// withCluster runs the tests with the shared cluster up.
type withCluster struct{ tests *testing.M }

func (w withCluster) Run() int {
	root, err := filepath.Abs("../..")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	bin := filepath.Join(root, "bin")
	for _, name := range []string{"kubectl-leader", "cluster", "kube", "demo-operator"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			fmt.Fprintf(os.Stderr, "%v: build it first, with `make build cluster-bins`, or run `make scenarios`\n", err)
			return 1
		}
	}
	if shared, err = newSharedLab(root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// That nothing is left of a cluster is a promise, too: here it is tested.
	down := shared.down
	if shared.kind == kubelet {
		before, err := look()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		down = func() error { return shared.killAndCheck(before) }
	}
	code, err := w.onShared(bin)
	if err != nil {
		down = shared.down
	}
	if err := errors.Join(err, down()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(ended)
	return code
}

// onShared starts the shared cluster and runs the tests. An error is that of a cluster that did not come up.
func (w withCluster) onShared(bin string) (code int, err error) {
	defer downOnSignal()()
	if err := shared.up(); err != nil {
		return 1, err
	}
	if err := shared.measureSlowdown(); err != nil {
		return 1, err
	}
	defer left.tell(os.Stdout)
	os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH")) // a valid name
	return w.tests.Run(), nil
}

// downOnSignal takes the clusters along when the tests are interrupted. What it returns ends that.
func downOnSignal() func() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-signals; !ok {
			return
		}
		shared.down() // on our way out
		os.Exit(1)
	}()
	return func() { signal.Stop(signals); close(signals) }
}

// fetchMain is the command `fetch URL` of the scripts, and the `curl -s URL` of the help: no test needs a curl.
func fetchMain() {
	url := os.Args[len(os.Args)-1]
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	body, err := fetch(http.DefaultClient, http.MethodGet, url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(body)
}

func newLab(bin, dir string) *lab {
	return &lab{kind: kwok, bin: bin, dir: dir, kubeconfig: filepath.Join(dir, "kubeconfig"), nodes: 3}
}

// up starts the cluster, after what a killed run may have left behind is gone.
func (l *lab) up() error {
	if l.kind == foreign {
		return nil
	}
	if err := l.down(); err != nil {
		return err
	}
	return l.run("up", "--no-demo", "--nodes="+string(l.kind), fmt.Sprintf("--node-count=%d", l.nodes), "--kubernetes="+l.version)
}

func (l *lab) down() error { return l.run("down") }

// run runs bin/cluster on the lab.
func (l *lab) run(args ...string) error {
	if l.kind == foreign && args[0] == "deploy" {
		args = append(args, "--kubeconfig", l.kubeconfig)
	}
	cmd := exec.Command(filepath.Join(l.bin, "cluster"), append([]string{"--dir", l.dir}, args...)...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("cluster %v: %w\n%s", args, err, output)
	}
	return nil
}
