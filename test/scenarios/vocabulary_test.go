package scenarios

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// deliberate are the differences from kubectl, as "command --flag", with their reasons. A flag that kubectl has and the command
// of the same name lacks is a difference, too.
var deliberate = map[string]string{
	"logs --follow":              "it follows the leadership, from pod to pod: that is what the command is for",
	"logs --max-log-requests":    "the leader is one pod; the bound is for its containers",
	"logs --pod-running-timeout": "where nobody leads, logs without -f says so at once, as holder does; with -f it waits for a minute",
	"logs --selector":            "the lock says which pod it is; the selector decides where that is open",
	"logs --since":               "it excludes --since-acquired as well",
	"logs --since-time":          "it excludes --since-acquired as well",
	"logs --tail":                "with a selector, too, it is one pod",
	"logs --all-pods":            "the leader is one pod",

	"port-forward --address":             "a port that is taken on one of localhost's addresses is an error: its clients would reach another process",
	"port-forward --pod-running-timeout": "it is how long to wait for a leader, whose pod runs",

	"version --client": "there is no server part that could be left out",

	// Those of all commands.
	"options --kuberc":               "its defaults and aliases are for kubectl's own commands",
	"options --log-flush-frequency":  "what is logged is written at once",
	"options --match-server-version": "it asks for a server of kubectl's own version; this program's has nothing to do with that",
	"options --profile":              "it is for those who work on kubectl",
	"options --profile-output":       "it is for those who work on kubectl",
	"options --version":              "the version command is for that",
	"options --vmodule":              "there is not so much in the log that -v would not do",
	"options --warnings-as-errors":   "servers warn of old APIs; which of them is read is no choice of the user's, and -v shows the warnings",
}

// TestVocabulary: a flag that kubectl has, too, means the same. Of commands with the same name, and of those that all commands
// share, flags have kubectl's letter, default and words; of all others, the letter and the kind of default that they have somewhere
// in kubectl, and a letter that kubectl has for something else is not taken.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	theirs, ours := flagsOf(t, "kubectl"), flagsOf(t, "kubectl-leader")
	for _, must := range []string{"port-forward", "logs", "get", "options"} {
		if len(theirs[must]) < 2 {
			t.Fatalf("%d flags of kubectl %s are too few", len(theirs[must]), must)
		}
	}
	found := map[string]string{}
	for command, flags := range ours {
		namesake, same := theirs[command]
		if command == "completion" {
			same = false // kubectl's speak of kubectl
		}
		for name, flag := range flags {
			switch original, known := namesake[name]; {
			case same && known && flag != original:
				found[command+" --"+name] = "it is\n\t" + flag.String() + "\nand kubectl's is\n\t" + original.String()
			case !same || !known:
				if why := flag.strange(name, theirs); why != "" {
					found[command+" --"+name] = why
				}
			}
		}
		for name := range namesake {
			if _, there := flags[name]; same && !there {
				found[command+" --"+name] = "kubectl has it, this command does not"
			}
		}
	}
	for difference, what := range found {
		if deliberate[difference] == "" {
			t.Errorf("%s: %s", difference, what)
		}
	}
	for difference := range deliberate {
		if command, _, _ := strings.Cut(difference, " "); found[difference] == "" {
			t.Errorf("%s is listed as different, and is the same (of %d flags of %s)", difference, len(ours[command]), command)
		}
	}
}

// helpFlag is a flag as the help has it.
type helpFlag struct{ letter, value, words string }

func (f helpFlag) String() string { return "-" + f.letter + " =" + f.value + ": " + f.words }

// kind is what sort of value a flag takes, by its default.
func (f helpFlag) kind() string {
	switch {
	case strings.HasPrefix(f.value, "'"):
		return "text"
	case strings.HasPrefix(f.value, "["):
		return "list"
	case f.value == "true" || f.value == "false":
		return "switch"
	case regexp.MustCompile(`^-?\d+$`).MatchString(f.value):
		return "number"
	}
	return "duration"
}

// strange tells how a flag differs from those of its name, or its letter, that kubectl has in other commands; "" if it does not.
func (f helpFlag) strange(name string, kubectl map[string]map[string]helpFlag) string {
	var namesakes []helpFlag
	var sharers []string
	for _, flags := range kubectl {
		for theirs, flag := range flags {
			if theirs == name {
				namesakes = append(namesakes, flag)
			}
			if flag.letter == f.letter && f.letter != "" {
				sharers = append(sharers, theirs)
			}
		}
	}
	alike := func(n helpFlag) bool { return n.letter == f.letter && n.kind() == f.kind() }
	switch {
	case len(namesakes) > 0 && !slices.ContainsFunc(namesakes, alike):
		return "it is\n\t" + f.String() + "\nand in kubectl\n\t" + namesakes[0].String()
	case len(sharers) > 0 && !slices.Contains(sharers, name):
		return "-" + f.letter + " is for --" + sharers[0] + " in kubectl"
	}
	return ""
}

var flagOfHelp = regexp.MustCompile(`(?m)^    (?:-(\w), )?--([\w-]+)=(.*):\n\t(.*)$`)

// flagsOf are all flags of a program's commands by their names, as its help tells them. Blanks and full stops do not count.
func flagsOf(t *testing.T, program string) map[string]map[string]helpFlag {
	t.Helper()
	run := func(args ...string) string {
		output, err := exec.Command(filepath.Join(shared.bin, program), args...).Output()
		if err != nil {
			t.Fatalf("%s %v: %v", program, args, err)
		}
		return string(output)
	}
	all := map[string]map[string]helpFlag{}
	for command := range strings.Lines(run("__completeNoDesc", "")) {
		command = strings.TrimSpace(command)
		if strings.HasPrefix(command, ":") || command == "leader" {
			continue // the directive, and ourselves
		}
		asked := []string{command, "--help"}
		if command == "options" {
			asked = asked[:1] // with --help kubectl prints nothing
		}
		flags := map[string]helpFlag{}
		for _, match := range flagOfHelp.FindAllStringSubmatch(run(asked...), -1) {
			flags[match[2]] = helpFlag{match[1], match[3], strings.TrimSuffix(strings.Join(strings.Fields(match[4]), " "), ".")}
		}
		all[command] = flags
	}
	return all
}
