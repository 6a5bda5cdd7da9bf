package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// loggingIn is a namespace whose user logs in by a credential plugin, a shell script in a folder of
// its own. Its credentials are good for one request, as they have ended already. The script may use
// $TOKEN.
func loggingIn(t *testing.T, ns *namespace, mode clientcmdapi.ExecInteractiveMode, script string) (by *namespace, dir string) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "login")
	writeFile(t, file, "#!/bin/sh\ncd "+dir+"\n"+script+`
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"2020-01-01T00:00:00Z"}}' "$TOKEN"
`)
	if err := os.Chmod(file, 0o755); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", ns.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if config.BearerToken == "" {
		leaveOut(t, "the user of this cluster has no token that a plugin could print")
	}
	by = withConfig(t, ns, func(raw *clientcmdapi.Config) {
		for name := range raw.AuthInfos {
			raw.AuthInfos[name] = &clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
				Command: file, APIVersion: "client.authentication.k8s.io/v1", InteractiveMode: mode,
				Env: []clientcmdapi.ExecEnvVar{{Name: "TOKEN", Value: config.BearerToken}},
			}}
		}
	})
	return by, dir
}

// slowLogin takes longer, once, than any bound on the cluster's answers that a command has with
// --timeout=1s.
const slowLogin = `test -e known || { sleep 7; touch known; }`

// TestLoginTakesAsLongAsItTakes: what bounds the answers of the cluster, and the wait for a leader,
// does not bound the login.
func TestLoginTakesAsLongAsItTakes(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	for _, args := range [][]any{
		{"holder", "demo-operator", "--timeout=1s"},
		{"holder", "demo-operator", "--request-timeout=5s"},
		{"logs", "demo-operator", "--tail=1", "--timeout=1s"},
		{"port-forward", "demo-operator", ":8080", "--timeout=1s", "--", "true"},
		{"assert", "demo-operator", "--timeout=1s"},
		{"assert", "demo-operator", "--timeout=1s", "--port=8080", "--path=/state"},
		{"assert", "demo-operator", "--timeout=0"},
		{"watch", "demo-operator", "--timeout=10s"},
	} {
		t.Run(fmt.Sprint(args[0], args[2]), func(t *testing.T) {
			t.Parallel()
			by, _ := loggingIn(t, ns, clientcmdapi.NeverExecInteractiveMode, slowLogin)
			p := start(t, by, args...)
			if code := p.wait(t); code != 0 {
				t.Errorf("exit code %d:\n%s%s", code, p.stdout, p.stderr)
			}
		})
	}
}

// TestTokenRunsOutInAForward: who connects while the user logs in again waits for that, beyond
// --timeout.
func TestTokenRunsOutInAForward(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	by, dir := loggingIn(t, ns, clientcmdapi.NeverExecInteractiveMode, `if test -e out; then touch asked; while test -e out; do sleep 0.2; done; fi`)
	forward := start(t, by, "port-forward", "demo-operator", ":8080", "--address=127.0.0.1", "--timeout=2s")
	line := forward.stdout.until(t, "the port", func(text string) bool { return strings.HasSuffix(text, "\n") })
	url := "http://" + strings.Fields(line)[2]
	writeFile(t, filepath.Join(dir, "out"), "")
	answers := make(chan error, 4)
	for range cap(answers) { // more than tunnels are kept in hand
		go func() { _, err := askState(url); answers <- err }()
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "asked")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody logs in again")
		}
	}
	<-time.After(4 * time.Second) // twice --timeout
	if err := os.Remove(filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if strings.Contains(forward.stderr.String(), "failed") {
		t.Errorf("a connection was given up:\n%s", forward.stderr)
	}
}

// asksOnce is a plugin that asks for a password on its terminal, once.
const asksOnce = `test -e known || { printf 'Enter password: ' >&2; read -r password; printf '%s' "$password" > known; }`

// TestPromptIsLeftAlone: nothing is drawn over what a plugin asks on the terminal.
func TestPromptIsLeftAlone(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	for _, args := range [][]any{
		{"holder", "demo-operator"}, {"list"}, {"assert", "demo-operator"}, {"watch", "demo-operator", "--timeout=10s"}, {"logs", "demo-operator", "--tail=1"},
	} {
		t.Run(args[0].(string), func(t *testing.T) {
			t.Parallel()
			by, dir := loggingIn(t, ns, clientcmdapi.IfAvailableExecInteractiveMode, asksOnce)
			master, tty, shown := keyboard(t, 100)
			p := start(t, by, append(args, onTerminal(tty, true, true), func(cmd *exec.Cmd) { cmd.Stdin = tty })...)
			before := shown.until(t, "the prompt", func(text string) bool { return strings.Contains(text, "Enter password: ") })
			<-time.After(4 * time.Second) // twice as long as anything goes without a word
			if meanwhile := strings.TrimPrefix(shown.String(), before); meanwhile != "" || !strings.HasSuffix(before, "Enter password: ") {
				t.Errorf("beside the prompt: %q", shown)
			}
			if _, err := master.WriteString("secret\n"); err != nil {
				t.Fatal(err)
			}
			if code := p.wait(t); code != 0 {
				t.Errorf("exit code %d:\n%s", code, shown)
			}
			if typed, err := os.ReadFile(filepath.Join(dir, "known")); err != nil || string(typed) != "secret" {
				t.Errorf("the plugin read %q, %v", typed, err)
			}
		})
	}
}

// TestStdinIsTheCommands: what is typed for the command after "--" is not a plugin's to read.
func TestStdinIsTheCommands(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	by, dir := loggingIn(t, ns, clientcmdapi.IfAvailableExecInteractiveMode, `cat >> typed`)
	master, tty, _ := keyboard(t, 100)
	if _, err := master.WriteString("a line\n"); err != nil { // it is there before anybody reads
		t.Fatal(err)
	}
	p := start(t, by, "port-forward", "demo-operator", ":8080", "--", "head", "-n", "1", func(cmd *exec.Cmd) { cmd.Stdin = tty })
	if code := p.wait(t); code != 0 || p.stdout.String() != "a line\n" {
		t.Errorf("exit code %d, the command read %q:\n%s", code, p.stdout, p.stderr)
	}
	if typed, err := os.ReadFile(filepath.Join(dir, "typed")); err != nil || len(typed) > 0 {
		t.Errorf("the plugin read %q, %v", typed, err)
	}
	always, _ := loggingIn(t, ns, clientcmdapi.AlwaysExecInteractiveMode, `cat >> typed`)
	p = start(t, always, "port-forward", "demo-operator", ":8080", "--", "true", func(cmd *exec.Cmd) { cmd.Stdin = tty })
	if code := p.wait(t); code != 2 || !strings.Contains(p.stderr.String(), "standard input is unavailable: used by the command after --") {
		t.Errorf("exit code %d:\n%s", code, p.stderr)
	}
}

// TestLoginDoesNotKeepACommandFromEnding: the plugin may wait for a user who has gone.
func TestLoginDoesNotKeepACommandFromEnding(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	by, dir := loggingIn(t, ns, clientcmdapi.NeverExecInteractiveMode, `exec 2>/dev/null; touch asked; while ! test -e over; do sleep 0.2; done`)
	t.Cleanup(func() { writeFile(t, filepath.Join(dir, "over"), "") })
	p := start(t, by, "holder", "demo-operator")
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "asked")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody logs in")
		}
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(t); code != 130 {
		t.Errorf("exit code %d:\n%s", code, p.stderr)
	}
}
