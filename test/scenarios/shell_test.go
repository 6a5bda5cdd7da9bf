package scenarios

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// bashrc loads kubectl's completion. What it takes of the package bash-completion is short, and not everywhere there.
const bashrc = `
PS1='ready> '
bind 'set enable-bracketed-paste off'
_get_comp_words_by_ref() { # as kubectl calls it: words break at blanks alone
	local line=${COMP_LINE:0:COMP_POINT}
	read -ra words <<<"$line"
	[[ $line == *' ' ]] && words+=('')
	cword=$((${#words[@]} - 1)) cur=${words[-1]} prev=${words[-2]}
}
__ltrim_colon_completions() { # readline replaces what is after the colon
	local i
	[[ $1 == *:* ]] || return 0
	for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"${1%"${1##*:}"}"}; done
}
source <(kubectl completion bash)
source <(kubectl leader completion bash)
echo loaded
`

// TestCompletionInBash presses Tab.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	dir := t.TempDir()
	script, err := exec.Command(filepath.Join(ns.lab.bin, "kubectl-leader"), "completion", "kubectl").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"kubectl_complete-leader": string(script), "bashrc": bashrc, "a-file": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	bash := exec.Command("bash", "--noprofile", "--rcfile", "bashrc", "-i")
	bash.Dir = dir
	bash.Env = append(os.Environ(), "KUBECONFIG="+ns.kubeconfig, "TERM=dumb", "HOME="+dir, "INPUTRC=/dev/null", "HISTFILE=",
		"PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	terminal, err := pty.StartWithSize(bash, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	screen := shownOn(t, terminal)
	t.Cleanup(func() {
		syscall.Kill(-bash.Process.Pid, syscall.SIGKILL) // it may have ended
		terminal.Close()                                 // likewise
		bash.Wait()                                      // it was killed
	})
	screen.until(t, "a prompt", func(text string) bool { return strings.HasSuffix(text, "loaded\r\nready> ") })
	for _, test := range []struct{ typed, want string }{
		{"kubectl leader hol\t", "kubectl leader holder "},
		{"kubectl leader holder d\t", "kubectl leader holder demo-operator "},
		{"kubectl leader holder --lease=d\t", "kubectl leader holder --lease=demo-operator "},
		{"kubectl leader holder lease/d\t", "kubectl leader holder lease/demo-operator "},
		{"kubectl leader port-forward demo-operator h\t", "kubectl leader port-forward demo-operator http "},
		{"kubectl leader port-forward demo-operator 5000:8\t", "kubectl leader port-forward demo-operator 5000:8080 "},
		{"kubectl leader port-forward demo-operator 8080 -- cat a-f\t", "kubectl leader port-forward demo-operator 8080 -- cat a-file "},
		{"kubectl leader logs demo-operator -c \t", "kubectl leader logs demo-operator -c operator "},
		{"kubectl leader holder x -n kube-s\t", "kubectl leader holder x -n kube-system "},
		{"kubectl leader port-forward demo-operator \t\t", "(port 8080 of container operator)"}, // the descriptions
		{"kubectl-leader holder d\t", "kubectl-leader holder demo-operator "},
	} {
		before := len(screen.String())
		if _, err := terminal.WriteString(test.typed); err != nil {
			t.Fatal(err)
		}
		pressAgain(t, terminal, screen, test.want, func(text string) bool { return strings.Contains(text[before:], test.want) })
		before = len(screen.String())
		// Alt-# makes a comment of the line, and enters it.
		if _, err := terminal.WriteString("\x1b#"); err != nil {
			t.Fatal(err)
		}
		screen.until(t, "a new prompt", func(text string) bool { return strings.HasSuffix(text[before:], "ready> ") })
	}
}

// pressAgain waits for a completion, and presses Tab again where it does not come: who is not
// answered in three seconds completes nothing, so that a shell does not stand.
func pressAgain(t *testing.T, keys *os.File, screen *buffer, what string, wanted func(text string) bool) {
	t.Helper()
	done := make(chan struct{})
	var pressing sync.WaitGroup
	pressing.Go(func() {
		for again := time.NewTicker(scaled(10 * time.Second)); ; {
			select {
			case <-again.C:
				keys.WriteString("\t") // the screen tells
			case <-done:
				again.Stop()
				return
			}
		}
	})
	defer pressing.Wait()
	defer close(done)
	screen.until(t, what, wanted)
}
