package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/docs/docstest"
	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// TestPagesOfCommands: docs/commands has a page for each command, which says what its help says.
func TestPagesOfCommands(t *testing.T) {
	t.Setenv("HOME", "$HOME") // or a default would tell whose machine this is
	t.Setenv("KUBECACHEDIR", "")
	root := newRootCommand("kubectl leader", genericiooptions.NewTestIOStreamsDiscard())
	pages := map[string]string{"README.md": commandIndex(root)}
	for _, cmd := range pagesOf(root) {
		pages[pageName(cmd)] = commandPage(cmd)
	}
	dir := docstest.Path(t, "docs", "commands")
	there, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if _, wanted := pages[filepath.Base(file)]; wanted {
			continue
		}
		if !docstest.Updating() {
			t.Errorf("%s is of no command", file)
		} else if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pages {
		docstest.Compare(t, filepath.Join(dir, name), page)
	}
}

// pagesOf lists the commands that have a page, those of commands included.
func pagesOf(parent *cobra.Command) (all []*cobra.Command) {
	for _, cmd := range parent.Commands() {
		if cmd.Hidden || cmd.Name() == "help" {
			continue
		}
		all = append(append(all, cmd), pagesOf(cmd)...)
	}
	return all
}

// pageName is the file of a command's page: that of `kubectl leader port-forward` is port-forward.md.
func pageName(cmd *cobra.Command) string {
	return strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath()+" "), " ", "_") + ".md"
}

const generatedPage = "<!-- Written by make docs, from what the command's --help says. -->\n"

func commandIndex(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n", generatedPage, root.CommandPath(), prose(root.Long))
	b.WriteString("| command | what it does |\n|---|---|\n")
	for _, cmd := range pagesOf(root) {
		fmt.Fprintf(&b, "| [%s](%s) | %s |\n", strings.TrimSuffix(pageName(cmd), ".md"), pageName(cmd), cell(cmd.Short))
	}
	return b.String()
}

func commandPage(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n", generatedPage, cmd.CommandPath(), prose(longText(cmd)))
	fmt.Fprintf(&b, "\n    %s\n", cmd.UseLine())
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, "\nIt can be written as `%s`, too.\n", strings.Join(cmd.Aliases, "`, `"))
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n## Examples\n\n```sh\n%s\n```\n", unindented(cmd.Example, "  "))
	}
	flags := cmd.LocalNonPersistentFlags()
	if cmd.Name() == "options" {
		flags = cmd.Root().PersistentFlags()
	}
	if table := flagTable(flags); table != "" {
		b.WriteString("\n## Flags\n\n" + table)
	}
	if cmd.Name() != "options" {
		b.WriteString("\nThe flags that all commands share are on the page of [options](options.md).\n")
	}
	return b.String()
}

func longText(cmd *cobra.Command) string {
	if cmd.Long == "" {
		return cmd.Short + "."
	}
	return cmd.Long
}

// flagTable is empty where there are no flags.
func flagTable(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden || flag.Name == "help" {
			return
		}
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		if kind := flagKind(flag); kind != "" {
			name += " " + kind
		}
		value := ""
		if !slices.Contains([]string{"", "false", "0", "0s", "[]"}, flag.DefValue) {
			value = "`" + flag.DefValue + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", cell(name), cell(flag.Usage), cell(value))
	})
	if b.Len() == 0 {
		return ""
	}
	return "| flag | | default |\n|---|---|---|\n" + b.String()
}

// flagKind is what a flag takes, "" for one that takes nothing.
func flagKind(flag *pflag.Flag) string {
	switch kind := flag.Value.Type(); kind {
	case "bool":
		return ""
	case "stringArray":
		return "string"
	case "stringSlice":
		return "strings"
	case "int64", "Level", "level":
		return "int"
	default:
		return kind
	}
}

// prose takes the blank away that kubectl's templates want before the paragraphs after the first, and what Markdown would
// take for tags.
func prose(text string) string { return strings.ReplaceAll(unindented(text, " "), "<", "&lt;") }

func unindented(text, indent string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		lines = append(lines, strings.TrimRight(strings.TrimPrefix(line, indent), " "))
	}
	return strings.Join(lines, "\n")
}

// cell makes a text fit for a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "\n", " ").Replace(text)
}

// TestOperatorTable: docs/assert.md has each operator with its flag.
func TestOperatorTable(t *testing.T) {
	cmd := newAssertCommand("kubectl leader", nil, genericiooptions.NewTestIOStreamsDiscard())
	var b strings.Builder
	b.WriteString("| field | flag | it holds if |\n|---|---|---|\n")
	for _, operator := range check.Operators() {
		flag := cmd.Flags().Lookup(flagName(string(operator)))
		if flag == nil {
			t.Fatalf("%s has no flag", operator)
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s |\n", operator, flag.Name, cell(flag.Usage))
	}
	docstest.ComparePart(t, docstest.Path(t, "docs", "assert.md"), "operators", b.String())
}
