package scenarios

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestScripts(t *testing.T) { runScripts(t, testscript.Params{Dir: "testdata"}) }

// TestKubeletScripts are about what only a real kubelet does.
func TestKubeletScripts(t *testing.T) {
	only(t, needsKubelet, kubelet, foreign)
	runScripts(t, testscript.Params{Dir: "testdata/kubelet"})
}

// TestMainPath runs what each command is for, on other nodes than those of TestScripts, which does more.
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
			env.Defer(ns.delete)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"operator":   operator,
			"http":       httpCommand,
			"freeport":   freeport,
			"lease":      leaseCommand,
			"eventually": eventually,
			"wellformed": wellformed,
		},
		Condition: func(condition string) (bool, error) { return condition == string(shared.kind), nil },
	})
}

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

// operator deploys a demo operator into the scenario's namespace and waits for its leader: operator [--brief] [flags of
// bin/cluster deploy]. With --brief its Lease lasts $BRIEF seconds, otherwise so long that it never expires.
func operator(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(shared.deployOperator(ts.Getenv("NS"), args))
}

// httpCommand asks until it gets an answer of 200, and prints it: http [-X METHOD] URL. Faults on the way are what a
// failover looks like to a client without patience, so they do not count here.
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
		if shared.kind != kwok && strings.Contains(body, `"leader":false`) {
			// A kubelet tells a second late that a process has ended or is another one; until then it is the leader for all.
			err = errors.New("a follower answered")
			time.Sleep(50 * time.Millisecond)
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

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close() // it was only to find the port
	return listener.Addr().(*net.TCPAddr).Port
}

// eventually runs a command until it succeeds: for what has no event to wait for. It takes a third of the time at most, so that
// what it waits for can happen on a machine that is busy.
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

// leaseCommand writes a Lease: lease NAME HOLDER [acquired=-1h] [renewed=0s] [duration=1h] [transitions=3]. Times are
// relative to now. One that was renewed in the past was written then by the server's record, too.
func leaseCommand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: lease NAME HOLDER [acquired=-1h] [renewed=0s] [duration=1h] [transitions=3]")
	}
	given := map[string]string{"acquired": "-1h", "renewed": "0s", "duration": "1h", "transitions": "3"}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		given[name] = value
	}
	span := func(name string) time.Duration {
		d, err := time.ParseDuration(given[name])
		ts.Check(err)
		return d
	}
	moment := func(name string) string {
		return time.Now().Add(span(name)).UTC().Format("2006-01-02T15:04:05.000000Z07:00")
	}
	holder, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	manifest := fmt.Sprintf("apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: %s}\nspec:\n  holderIdentity: %q\n  acquireTime: %q\n  renewTime: %q\n  leaseDurationSeconds: %d\n  leaseTransitions: %s\n",
		args[0], holder, moment("acquired"), moment("renewed"), int(span("duration").Seconds()), given["transitions"])
	cmd := exec.Command(filepath.Join(shared.bin, "kubectl"), "apply", "--kubeconfig", ts.Getenv("KUBECONFIG"), "-f", "-")
	cmd.Stdin = strings.NewReader(manifest)
	output, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%v\n%s\n%s", err, output, manifest)
	}
	if span("renewed") >= 0 {
		return
	}
	// The server takes a time of managedFields only with another change.
	backdate := fmt.Sprintf(`[{"op": "replace", "path": "/metadata/managedFields/0/time", "value": %q}, {"op": "add", "path": "/metadata/annotations/backdated", "value": ""}]`,
		time.Now().Add(span("renewed")).UTC().Format(time.RFC3339))
	ts.Check(ts.Exec(filepath.Join(shared.bin, "kubectl"), "patch", "lease", args[0], "--type=json", "-p", backdate))
}
