package cli

import "github.com/spf13/cobra"

// newHelpCommand is cobra's own, but for a command that there is not: that is an error.
func newHelpCommand(name string) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Print the help of a command",
		Long:    "Print the help of a command, as its --help does.",
		Example: example(name, "  # Print the help of holder\n  kubectl leader help holder"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var commands []cobra.Completion
			for _, c := range cmd.Root().Commands() {
				if c.IsAvailableCommand() {
					commands = append(commands, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return startingWith(toComplete, commands), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil:
				return err
			case len(rest) > 0 && target == cmd.Root():
				return unknownCommand(target, rest[0])
			case len(rest) > 0:
				return usageError(cmd, "%s has no commands of its own, got %q", target.CommandPath(), rest)
			}
			target.InitDefaultHelpFlag()
			return target.Help()
		},
	}
}
