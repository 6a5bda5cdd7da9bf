package cli

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"

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
	config := &connectionFlags{}
	config.addTo(root.PersistentFlags())
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
	root.SetFlagErrorFunc(flagError)

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
