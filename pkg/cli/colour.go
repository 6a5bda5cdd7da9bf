package cli

import (
	"io"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// addColour adds --color to all commands.
func addColour(root *cobra.Command) {
	addChoice(root, root.PersistentFlags(), new(string), "color",
		`When to color output: "auto", which is on a terminal unless NO_COLOR is set; "always"; or "never".`, "auto", "always", "never")
}

// palette paints text, or leaves it as it is.
type palette bool

// newPalette is how a command paints what it writes to out.
func newPalette(cmd *cobra.Command, out io.Writer) palette {
	switch cmd.Flag("color").Value.String() {
	case "always":
		return true
	case "never":
		return false
	}
	return palette(printers.AllowsColorOutput(out))
}

// colour is the sequence that lets a terminal write in it, "" for the terminal's own.
type colour string

const (
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	red    colour = "\x1b[31m"
	plain  colour = ""
)

func (p palette) paint(c colour, text string) string {
	if !p || c == plain {
		return text
	}
	return string(c) + text + "\x1b[0m"
}

// stateColour is green while somebody leads, yellow while somebody holds the lock who is not called the leader or is not
// ready, and red while nobody does.
func stateColour(s leader.Status) colour {
	switch {
	case s.Led() && leader.Ready(s.Pod):
		return green
	case s.Led(), s.State == election.Held:
		return yellow
	case s.State == election.NotElection:
		return plain
	}
	return red
}
