package scenarios

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"k8s.io/client-go/tools/clientcmd"
)

// k9sMain runs a plugin's command as k9s does: on its own terminal, and killed on Ctrl-C. Then it has the terminal to itself
// again. What is left of the command then still has file 3.
func k9sMain() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	held := os.NewFile(3, "held")
	cmd := exec.CommandContext(ctx, os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdin, os.Stdout, os.Stderr, []*os.File{held}
	err := cmd.Run()
	held.Close() // by us; it was never written to
	fmt.Printf("\r\nback in k9s: %v\r\n", err)
	io.Copy(io.Discard, os.Stdin) // until the test is done with the terminal
}

// k9sView is one in which a plugin's command runs.
type k9sView struct {
	screen *buffer
	keys   *os.File
	held   *os.File
}

// oddContext is a context's name that a shell must not read.
const oddContext = "the \"boss's\" `false` $(false); exit 1"

// k9sRun presses a plugin's shortcut with an object selected.
func k9sRun(t *testing.T, ns *namespace, p plugin, object string, inputs map[string]string) *k9sView {
	t.Helper()
	config, err := clientcmd.LoadFromFile(ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.Contexts[oddContext] = config.Contexts[config.CurrentContext]
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{
		"KUBECONFIG": kubeconfig, "CONTEXT": oddContext, "NAMESPACE": ns.name, "NAME": object,
	}
	for name, value := range inputs {
		variables["INPUT_"+strings.ToUpper(name)] = value
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	held, holding, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, p.Command)
	cmd.Args[0] = "k9s"
	for _, arg := range p.Args {
		cmd.Args = append(cmd.Args, substitute(arg, variables))
	}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "KUBECONFIG=") || strings.HasPrefix(v, "LESS=")
	})
	cmd.Env = append(cmd.Env, "TERM=xterm")
	cmd.ExtraFiles = []*os.File{holding}
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 200})
	holding.Close() // it is the command's
	if err != nil {
		t.Fatal(err)
	}
	v := &k9sView{screen: newBuffer(), keys: terminal, held: held}
	read := make(chan struct{})
	go func() { defer close(read); io.Copy(v.screen, terminal) }() // it ends with the terminal
	t.Cleanup(func() {
		cmd.Process.Kill() // whatever it does; the terminal's end takes along what is left
		cmd.Wait()         // killed
		terminal.Close()   // as above
		<-read
		held.Close() // only read
	})
	return v
}

// substitute puts in k9s's variables, by their names in any case. Others are left to the shell.
func substitute(arg string, variables map[string]string) string {
	return regexp.MustCompile(`\$[\w-]+|\$\{[\w-]+\}`).ReplaceAllStringFunc(arg, func(match string) string {
		if value, ok := variables[strings.ToUpper(strings.Trim(match, "${}"))]; ok {
			return value
		}
		return match
	})
}

var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// shows waits for a text on the screen, colours aside, and returns what its first group matched.
func (v *k9sView) shows(t *testing.T, text string) string {
	t.Helper()
	pattern := regexp.MustCompile(text)
	plain := func(screen string) string { return colour.ReplaceAllString(screen, "") }
	match := pattern.FindStringSubmatch(plain(v.screen.until(t, text, func(screen string) bool { return pattern.MatchString(plain(screen)) })))
	return match[len(match)-1]
}

func (v *k9sView) press(t *testing.T, keys string) {
	t.Helper()
	if _, err := v.keys.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// leave goes back to k9s, which has the terminal alone then.
func (v *k9sView) leave(t *testing.T, keys string) {
	t.Helper()
	v.press(t, keys)
	v.shows(t, "back in k9s: ")
	if err := v.held.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := v.held.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("something is left that shares the terminal with k9s: %v", err)
	}
}

const ctrlC = "\x03"

// TestK9sCommands runs each plugin as k9s would, and leaves it in each way.
func TestK9sCommands(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	plugins, _ := k9sPlugins(t)
	port := map[string]string{"port": ":8080"}
	tests := map[string]func(t *testing.T, run func(object string, inputs map[string]string) *k9sView){
		"leader-holder": func(t *testing.T, run func(string, map[string]string) *k9sView) {
			for _, leave := range []string{"q", ctrlC} {
				v := run("demo-operator", nil)
				v.shows(t, "state: Held")
				v.shows(t, "name: "+ns.holder(t))
				v.leave(t, leave)
			}
			v := run("nothing", nil)
			v.shows(t, "state: Missing")
			v.shows(t, "error: lease "+ns.name+"/nothing: not found")
			v.leave(t, "q")
		},
		"leader-list": func(t *testing.T, run func(string, map[string]string) *k9sView) {
			for _, leave := range []string{"q", ctrlC} {
				v := run(ns.holder(t), nil)
				v.shows(t, "demo-operator +"+ns.holder(t)+" .*Held")
				v.leave(t, leave)
			}
		},
		"leader-logs": func(t *testing.T, run func(string, map[string]string) *k9sView) {
			v := run("demo-operator", nil)
			v.shows(t, "reconciled .*pod="+ns.holder(t))
			next := ns.deleteLeader(t)
			v.shows(t, "pod "+next+" leads now")
			v.shows(t, "acquired leader lock pod="+next)
			v.leave(t, ctrlC)
		},
		"leader-forward": func(t *testing.T, run func(string, map[string]string) *k9sView) {
			for name, begin := range map[string]func() *k9sView{
				"asked by k9s": func() *k9sView { return run("demo-operator", port) },
				"asked by the shell": func() *k9sView {
					v := run("demo-operator", nil)
					v.shows(t, "Port .*REMOTE")
					v.press(t, ":8080\r")
					return v
				},
			} {
				v := begin()
				url := "http://" + v.shows(t, `Forwarding from (127\.0\.0\.1:\d+) -> 8080`)
				v.shows(t, "pod .* leads")
				if got, err := askState(url); err != nil || !got.Leader || got.Pod != ns.holder(t) {
					t.Errorf("%s: %+v answers (%v), want %s", name, got, err, ns.holder(t))
				}
				v.leave(t, ctrlC)
			}
			v := run("demo-operator", map[string]string{"port": "nonsense:nonsense:nonsense"})
			v.shows(t, "error: .*nonsense")
			v.shows(t, "Press any key")
			v.leave(t, "x")
		},
		"leader-watch": func(t *testing.T, run func(string, map[string]string) *k9sView) {
			v := run("demo-operator", nil)
			v.shows(t, "held +"+ns.holder(t))
			next := ns.deleteLeader(t)
			v.shows(t, "(?s)(acquired|taken over) .*"+next)
			v.leave(t, ctrlC)
		},
	}
	for _, name := range slices.Sorted(maps.Keys(plugins)) {
		t.Run(name, func(t *testing.T) {
			test, ok := tests[name]
			if !ok {
				t.Fatal("no test runs this plugin")
			}
			test(t, func(object string, inputs map[string]string) *k9sView {
				return k9sRun(t, ns, plugins[name], object, inputs)
			})
		})
	}
}
