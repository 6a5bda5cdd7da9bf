package cli

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
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
	config := &connectionFlags{}
	config.addTo(root.PersistentFlags())
	verbosity := addVerbosity(root)
	root.PersistentPreRun = func(*cobra.Command, []string) {
		if verbosity() > 1 { // 1 is our own
			klog.ClearLogger()
		}
	}
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nSee '%s --help' for usage.", err, cmd.CommandPath())
	})

	commands := []*cobra.Command{
		newHolderCommand(name, config, streams),
		newListCommand(name, config, streams),
		newPortForwardCommand(name, config, streams, verbosity),
		newLogsCommand(name, config, streams),
		newAssertCommand(name, config, streams),
		newWatchCommand(name, config, streams),
	}
	root.AddCommand(commands...)
	useUsage(root, commands)
	root.AddCommand(newOptionsCommand(name, streams), newVersionCommand(name, streams))
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

func unknownCommand(cmd *cobra.Command, name string) error {
	message := fmt.Sprintf("unknown command %q for %q", name, cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		message += "\n\nDid you mean this?\n\t" + strings.Join(near, "\n\t")
	}
	return usageError(cmd, "%s", message)
}

// usageError is a mistake on the command line, with where to read more.
func usageError(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s\nSee '%s --help' for usage", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// example puts the name that users call us by into examples written with "kubectl leader".
func example(name, text string) string { return strings.ReplaceAll(text, "kubectl leader", name) }
