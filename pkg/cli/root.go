package cli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/kubectl-leader/kubectl-leader/pkg/typo"
)

// newRootCommand builds the command tree. name is how users call it, "kubectl leader".
func newRootCommand(name string, streams genericiooptions.IOStreams) *cobra.Command {
	first, _, _ := strings.Cut(name, " ")
	root := &cobra.Command{
		Use:   first,
		Short: "Find the leader of an operator, and stay with it",
		Long: `Find the leader of an operator, and stay with it.

 An operator with several replicas elects one leader through a Lease, and only the leader has the true metrics, state and
 logs. These commands always talk to the right pod, through every failover. LOCK is the name of the Lease, or TYPE/NAME of
 another kind of lock, such as configmap/NAME.

 Exit codes: 0 yes or done, 1 the answer is no (no leader, a deadline passed), 2 we could not find out (usage, access,
 an unreachable cluster), 130 on Ctrl-C; after "-- COMMAND" the command's own.`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true // cobra's scripts would complete kubectl itself
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	config := genericclioptions.NewConfigFlags(true)
	config.AddFlags(root.PersistentFlags())
	addColour(root)
	verbosity := addVerbosity(root)
	root.PersistentPreRun = func(cmd *cobra.Command, args []string) {
		if verbosity() > 1 { // 1 is our own
			klog.ClearLogger()
		}
		noteWords(cmd, args)
	}
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)

	groups := templates.CommandGroups{{Message: "Commands:", Commands: []*cobra.Command{
		newHolderCommand(name, config, streams),
		newListCommand(name, config, streams),
		newPortForwardCommand(name, config, streams, verbosity),
		newLogsCommand(name, config, streams),
		newAssertCommand(name, config, streams),
		newWatchCommand(name, config, streams),
	}}}
	groups.Add(root)
	templates.ActsAsRootCommand(root, nil, groups...)
	nameInTips(root, first, name)
	joinParagraphs(root)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newOptionsCommand(name), newVersionCommand(name, streams), newCompletionCommand(name, streams))
	root.SetHelpCommand(newHelpCommand(name))
	completeGlobalFlags(root, config)
	return root
}

// addVerbosity adds klog's -v and returns its reading.
func addVerbosity(root *cobra.Command) func() int {
	set := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(set)
	root.PersistentFlags().AddGoFlag(set.Lookup("v"))
	return func() int {
		level, err := strconv.Atoi(root.PersistentFlags().Lookup("v").Value.String())
		if err != nil {
			return 0 // klog's own flag prints nothing but numbers
		}
		return level
	}
}

// nameInTips mends the tip of kubectl's template, which knows a command by the first word of its name.
func nameInTips(root *cobra.Command, first, name string) {
	usage := root.UsageFunc()
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		out := cmd.OutOrStderr()
		var text bytes.Buffer
		cmd.SetOut(&text)
		err := usage(cmd)
		cmd.SetOut(out)
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, strings.ReplaceAll(text.String(), `"`+first+" <command>", `"`+name+" <command>"))
		return err
	})
}

// joinParagraphs lets each terminal break the lines of a command's description at its own width.
func joinParagraphs(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		cmd.Long = paragraphs(cmd.Long)
		help(cmd, args)
	})
}

// paragraphs makes one line of each paragraph, but for those that are indented. As in kubectl's help, all but the first one begin
// with a blank.
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

// flagError is the error of flags that cannot be read, with the flag that is meant where that is plain.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return usageError(cmd, "%v", err)
	}
	var names []string
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			names = append(names, flag.Name)
		}
	})
	if meant := typo.Meant(unknown.GetSpecifiedName(), names); meant != "" {
		return usageError(cmd, "%v\n\nDid you mean this?\n\t--%s\n", err, meant)
	}
	return usageError(cmd, "%v", err)
}

func unknownCommand(cmd *cobra.Command, name string) error {
	message := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		message += "\n\nDid you mean this?\n\t" + strings.Join(near, "\n\t")
	}
	return usageError(cmd, "%s\n", message)
}

// usageError is a mistake on the command line, with where to read more.
func usageError(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s\nSee '%s --help' for usage.", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// example puts the name that users call us by into examples written with "kubectl leader".
func example(name, text string) string {
	if name == "kubectl leader" {
		return text
	}
	return strings.NewReplacer("kubectl leader", name, "kubectl-leader", pluginFile(name), "kubectl_complete-leader", completionFile(name)).Replace(text)
}
