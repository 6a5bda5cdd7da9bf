package scenarios

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

func TestScripts(t *testing.T) { runScripts(t, testscript.Params{Dir: "testdata"}) }

// TestKubeletScripts are about what only a real kubelet does.
func TestKubeletScripts(t *testing.T) {
	only(t, needsKubelet, kubelet, foreign)
	runScripts(t, testscript.Params{Dir: "testdata/kubelet"})
}

// TestMainPath runs what each command is for, on other nodes than those of TestScripts, which does
// more.
func TestMainPath(t *testing.T) {
	only(t, partOfAll, kubelet, foreign)
	var files []string
	for _, name := range []string{"holder", "list", "port_forward", "logs", "watch_lines", "assert_file", "failover_delete", "failover_hang"} {
		files = append(files, filepath.Join("testdata", name+".txtar"))
	}
	runScripts(t, testscript.Params{Files: files})
}

// runScripts adds to the parameters what all scripts have: a namespace, and commands.
func runScripts(t *testing.T, params testscript.Params) {
	testscript.Run(t, testscript.Params{
		Dir:   params.Dir,
		Files: params.Files,
		Setup: func(env *testscript.Env) error {
			ns, err := shared.namespace(env.WorkDir)
			if err != nil {
				return err
			}
			env.Setenv("NS", ns.name)
			env.Setenv("KUBECONFIG", ns.kubeconfig)
			env.Setenv("CLUSTER", shared.dir)
			env.Setenv("BIN", shared.bin)
			env.Setenv("BRIEF", seconds(brief()))
			env.Setenv("EXAMPLES", filepath.Join(filepath.Dir(shared.bin), "examples"))
			env.Values[namespaceKey{}] = ns
			env.Defer(ns.delete)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"operator":   operator,
			"http":       httpCommand,
			"freeport":   freeport,
			"lease":      leaseCommand,
			"allow":      allow,
			"eventually": eventually,
			"wellformed": wellformed,
		},
		Condition: func(condition string) (bool, error) { return condition == string(shared.kind), nil },
	})
}

// namespaceKey is the key of a script's namespace among its values.
type namespaceKey struct{}

func namespaceOf(ts *testscript.TestScript) *namespace { return ts.Value(namespaceKey{}).(*namespace) }

// exits runs a command and checks its exit code: exits 2 kubectl leader holder.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits CODE COMMAND [args...]")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// operator deploys a demo operator into the scenario's namespace and waits until its leader works:
// operator [--brief] [flags of bin/cluster deploy, as in --name=NAME]. With --brief its Lease lasts
// $BRIEF seconds, otherwise so long that it never expires.
func operator(ts *testscript.TestScript, _ bool, args []string) {
	ns := namespaceOf(ts)
	ts.Check(shared.deployOperator(ns.name, args))
	name := "demo-operator"
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--name="); ok {
			name = value
		}
	}
	if !slices.Contains(args, "--replicas=0") {
		ts.Check(ns.awaitReconcile(name))
	}
}

// awaitReconcile waits for the ledger. The pod that holds the Lease learns of it a moment after the
// cluster does; once it has reconciled, its endpoint, its log and its token say that it leads.
func (ns *namespace) awaitReconcile(operator string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, err := ns.client.CoreV1().ConfigMaps(ns.name).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + operator + "-ledger"})
	if err != nil {
		return err
	}
	defer w.Stop()
	if event, ok := <-w.ResultChan(); !ok || event.Type != watch.Added {
		return fmt.Errorf("%s/%s has not reconciled within %s: %s", ns.name, operator, patience, event.Type)
	}
	return nil
}

// httpCommand asks until it gets an answer of 200, and prints it: http [-X METHOD] URL. Faults on
// the way are what a failover looks like to a client without patience, so they do not count here.
// Nor does a leader that says that it leads no more: it knows that before anybody else can.
func httpCommand(ts *testscript.TestScript, neg bool, args []string) {
	method := http.MethodGet
	if len(args) == 3 && args[0] == "-X" {
		method, args = args[1], args[2:]
	}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: http [-X METHOD] URL")
	}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		body, err := fetch(client, method, args[0])
		if err == nil && strings.Contains(body, `"leader":false`) {
			err = errors.New("a follower answered")
			time.Sleep(50 * time.Millisecond) // no event of this process tells when the forward follows
		}
		if err == nil || method != http.MethodGet && !errors.Is(err, errNotListening) {
			fmt.Fprintln(ts.Stdout(), body) // a buffer
			return
		}
		last = err
	}
	ts.Fatalf("%s %s: %v", method, args[0], last)
}

var errNotListening = errors.New("nobody listens yet")

func fetch(client *http.Client, method, url string) (string, error) {
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		if strings.Contains(err.Error(), "refused") {
			time.Sleep(20 * time.Millisecond) // there is no event for a port that opens in another process
			return "", errNotListening
		}
		return "", err
	}
	defer resp.Body.Close() // read-only
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return string(body), err
}

// freeport sets a variable to a local port that is free: freeport PORT.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Setenv(name, strconv.Itoa(freePort()))
	}
}

// usedPorts are those that freePort has returned: it returns none twice.
var usedPorts = struct {
	sync.Mutex
	taken map[int]bool
}{taken: map[int]bool{}}

func freePort() int {
	usedPorts.Lock()
	defer usedPorts.Unlock()
	port, err := cluster.FreePort(usedPorts.taken)
	if err != nil {
		panic(err)
	}
	usedPorts.taken[port] = true
	return port
}

// eventually runs a command until it succeeds: for what has no event to wait for. It takes a third
// of the time at most, so that what it waits for can happen on a machine that is busy.
func eventually(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(patience); ; {
		began := time.Now()
		err := ts.Exec(args[0], args[1:]...)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%v: %v", args, err)
		}
		time.Sleep(max(50*time.Millisecond, 2*time.Since(began)))
	}
}

// wellformed checks that a file can be read to its end: wellformed json|xml FILE.
func wellformed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: wellformed json|xml FILE")
	}
	text := ts.ReadFile(args[1])
	switch args[0] {
	case "json":
		var object map[string]any
		ts.Check(json.Unmarshal([]byte(text), &object))
	case "xml":
		for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			ts.Check(err)
		}
	default:
		ts.Fatalf("no such format: %s", args[0])
	}
}
