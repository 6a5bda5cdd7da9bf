package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/kubectl/pkg/util/term"
)

// usage prints help as kubectl does, by its templates, without the Markdown renderer that comes with those.
type usage struct {
	root     *cobra.Command
	commands []*cobra.Command // the first group; all others are in the second one
}

// useUsage gives a tree of commands kubectl's help.
func useUsage(root *cobra.Command, commands []*cobra.Command) {
	u := usage{root: root, commands: commands}
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(term.NewResponsiveWriter(cmd.OutOrStderr()), u.text(cmd))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		text := paragraphs(strings.TrimSpace(cmd.Long))
		if text == "" {
			text = strings.TrimSpace(cmd.Short)
		}
		out := term.NewResponsiveWriter(cmd.OutOrStdout())
		io.WriteString(out, text+cmd.UsageString()) // nowhere left to say it
	})
}

// paragraphs makes one line of each paragraph, which each terminal breaks at its own width, but for those that are indented. As
// in kubectl's help, all but the first one begin with a blank.
func paragraphs(text string) string {
	joined := strings.Split(text, "\n\n")
	for i, paragraph := range joined {
		if !strings.HasPrefix(paragraph, "  ") {
			joined[i] = strings.Join(strings.Fields(paragraph), " ")
			if i > 0 {
				joined[i] = " " + joined[i]
			}
		}
	}
	return strings.Join(joined, "\n\n")
}

// useOptionsUsage lets a command's usage, and its help, be the flags that it inherits.
func useOptionsUsage(cmd *cobra.Command) {
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		text := "The following options can be passed to any command:\n\n" + flagsText(cmd.InheritedFlags())
		_, err := io.WriteString(term.NewResponsiveWriter(cmd.OutOrStderr()), text)
		return err
	})
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if err := cmd.Usage(); err != nil {
			cmd.PrintErrln(err)
		}
	})
}

func (u usage) text(cmd *cobra.Command) string {
	var b strings.Builder
	section := func(title, text string) {
		if text != "" {
			b.WriteString(title + ":\n" + strings.TrimRightFunc(text, unicode.IsSpace) + "\n\n")
		}
	}
	b.WriteString("\n\n")
	if len(cmd.Aliases) > 0 {
		section("Aliases", cmd.NameAndAliases())
	}
	section("Examples", cmd.Example)
	if cmd == u.root {
		section("Commands", commandsText(u.commands))
		section("Other Commands", commandsText(slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool {
			return slices.Contains(u.commands, c) || c.Short == ""
		})))
	} else {
		section("Available Commands", commandsText(cmd.Commands()))
	}
	section("Options", flagsText(ownFlags(cmd)))
	if cmd.Runnable() {
		line := cmd.UseLine()
		if cmd.HasFlags() && !strings.Contains(line, "[options]") {
			line += " [options]"
		}
		section("Usage", "  "+line)
	}
	if cmd.HasSubCommands() {
		fmt.Fprintf(&b, "Use \"%s <command> --help\" for more information about a given command.\n", cmd.CommandPath())
	}
	if cmd.Runnable() {
		fmt.Fprintf(&b, "Use \"%s options\" for a list of global command-line options (applies to all commands).\n", u.root.CommandPath())
	}
	return b.String()
}

func commandsText(commands []*cobra.Command) string {
	var b strings.Builder
	for _, c := range commands {
		if c.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-*s   %s\n", c.NamePadding(), c.Name(), c.Short)
		}
	}
	return b.String()
}

// ownFlags are those that are this command's alone.
func ownFlags(cmd *cobra.Command) *pflag.FlagSet {
	own := pflag.NewFlagSet("own", pflag.ContinueOnError)
	shared := cmd.PersistentFlags()
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && shared.Lookup(f.Name) == nil {
			own.AddFlag(f)
		}
	})
	return own
}

// flagOffset is what a terminal's line has less for the words of a flag, which are indented.
const flagOffset = 10

func flagsText(flags *pflag.FlagSet) string {
	limit, err := term.GetWordWrapperLimit()
	if err != nil || limit < flagOffset {
		limit = flagOffset // none
	}
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		b.WriteString("    ")
		if f.Shorthand != "" {
			fmt.Fprintf(&b, "-%s, ", f.Shorthand)
		}
		value := f.DefValue
		if f.Value.Type() == "string" {
			value = "'" + value + "'"
		}
		words := f.Usage
		if f.Deprecated != "" {
			words += " (DEPRECATED: " + f.Deprecated + ")"
		}
		var wrapped strings.Builder
		io.WriteString(term.NewWordWrapWriter(&wrapped, limit-flagOffset), strings.ReplaceAll(words, "\n", " ")) // into memory
		fmt.Fprintf(&b, "--%s=%s:\n\t%s\n\n", f.Name, value, strings.ReplaceAll(wrapped.String(), "\n", "\n\t"))
	})
	return b.String()
}
