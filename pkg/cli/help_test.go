package cli

import (
	"context"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// runWith runs a command line as installed under a name.
func runWith(name string, args ...string) (stdout, stderr string, err error) {
	streams, _, out, errOut := genericiooptions.NewTestIOStreams()
	root := newRootCommand(name, streams)
	root.SetArgs(args)
	err = root.ExecuteContext(context.Background())
	return out.String(), errOut.String(), err
}

// eachCommand are the names of all commands that help shows, and "" for the root.
func eachCommand() []string {
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	names := []string{""}
	for _, cmd := range newRootCommand("kubectl leader", streams).Commands() {
		names = append(names, cmd.Name())
	}
	return names
}

func helpOf(t *testing.T, name, command string) string {
	t.Helper()
	args := []string{command, "--help"}
	if command == "" {
		args = args[1:]
	}
	stdout, _, err := runWith(name, args...)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return stdout
}

func TestHelpSpeaksThePluginsName(t *testing.T) {
	for _, command := range eachCommand() {
		help := helpOf(t, "kubectl lease-leader", command)
		for _, foreign := range []string{"kubectl leader", "kubectl-leader", "kubectl_complete-leader", `"kubectl <command>`} {
			if strings.Contains(help, foreign) {
				t.Errorf("the help of %q names %s:\n%s", command, foreign, help)
			}
		}
		if command != "options" && !strings.Contains(help, "\n  "+strings.TrimSpace("kubectl lease-leader "+command)) {
			t.Errorf("the help of %q has no usage line of it:\n%s", command, help)
		}
	}
}

func TestHelpEndsWithGlobalOptions(t *testing.T) {
	const want = `Use "kubectl leader options" for a list of global command-line options (applies to all commands).`
	for _, command := range eachCommand() {
		help := strings.TrimSpace(helpOf(t, "kubectl leader", command))
		if command == "options" {
			if !strings.HasPrefix(help, "The following options can be passed to any command:") || !strings.Contains(help, "--kubeconfig=''") {
				t.Errorf("options:\n%s", help)
			}
			continue
		}
		if !strings.HasSuffix(help, "\n"+want) {
			t.Errorf("the help of %q does not end with %q:\n%s", command, want, help)
		}
		if strings.Contains(help, "--kubeconfig=''") {
			t.Errorf("the help of %q has the global options:\n%s", command, help)
		}
	}
}

// TestExamplesFitATerminal, and are a comment each and then the command: what a terminal breaks cannot be copied.
func TestExamplesFitATerminal(t *testing.T) {
	streams, _, _, _ := genericiooptions.NewTestIOStreams()
	for _, cmd := range newRootCommand("kubectl leader", streams).Commands() {
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example) {
			if line = strings.TrimRight(line, "\n"); len(line) > 80 || line != "" && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: an example is wider than 80 columns, or not indented by two: %q", cmd.Name(), line)
			}
		}
		for example := range strings.SplitSeq(cmd.Example, "\n\n") {
			if example != "" && !strings.HasPrefix(example, "  # ") {
				t.Errorf("%s: an example does not begin with what it is for: %q", cmd.Name(), example)
			}
		}
	}
}

func TestParagraphs(t *testing.T) {
	const text = "First.\n\n Second begins\n here, and ends:\n\n   a  table\n   b\n\n Third."
	if got, want := paragraphs(text), "First.\n\n Second begins here, and ends:\n\n   a  table\n   b\n\n Third."; got != want {
		t.Errorf("%q, want %q", got, want)
	} else if again := paragraphs(got); again != want {
		t.Errorf("joined twice: %q", again)
	}
}

func TestTyposAreMended(t *testing.T) {
	for line, want := range map[string]string{
		"holdr x":                 "Did you mean this?\n\tholder\n",
		"log x":                   "Did you mean this?\n\tlogs\n",
		"holder x --tiemout":      "Did you mean this?\n\t--timeout\n",
		"holder x --contxt":       "Did you mean this?\n\t--context\n", // a global flag
		"assert x --sinceTime=1s": "Did you mean this?\n\t--since-time\n",
	} {
		_, _, err := runWith("kubectl lead", strings.Fields(line)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
		if err != nil && (!strings.Contains(err.Error(), "See 'kubectl lead ") || strings.Contains(err.Error(), "kubectl leader")) {
			t.Errorf("%s: %v leads to another program's help", line, err)
		}
	}
	if _, _, err := runWith("kubectl leader", "help", "lgs"); err == nil || !strings.Contains(err.Error(), "\tlogs\n") {
		t.Errorf("help lgs: %v", err)
	}
	for _, line := range []string{"holder x --nonsense", "holder x -Z", "nonsense"} {
		_, _, err := runWith("kubectl leader", strings.Fields(line)...)
		if err == nil || strings.Contains(err.Error(), "Did you mean") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestCompletionScriptOfAnyName(t *testing.T) {
	for name, want := range map[string]string{
		"kubectl leader":       `exec kubectl-leader __complete "$@"`,
		"kubectl foo bar":      `exec kubectl-foo-bar __complete "$@"`,
		"kubectl lease-leader": `exec kubectl-lease_leader __complete "$@"`,
	} {
		script, _, err := runWith(name, "completion", "kubectl")
		if err != nil || !strings.HasPrefix(script, "#!/bin/sh\n") || !strings.Contains(script, want) || !strings.Contains(script, completionFile(name)) {
			t.Errorf("%s: %v, want %s in\n%s", name, err, want, script)
		}
	}
	if _, _, err := runWith("leader-finder", "completion", "kubectl"); err == nil {
		t.Error("there is a script for a program that kubectl does not know")
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script, _, err := runWith("kubectl leader", "completion", shell)
		if err != nil || !strings.Contains(script, "kubectl-leader") || strings.Contains(script, "kubectl ") && shell != "powershell" {
			t.Errorf("%s: %v\n%s", shell, err, script)
		}
	}
}
