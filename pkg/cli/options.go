package cli

import "github.com/spf13/cobra"

func newOptionsCommand(name string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "options",
		Short:   "Print the flags that all commands share",
		Example: example(name, "  # Print the flags that all commands share\n  kubectl leader options"),
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Usage() },
	}
	useOptionsUsage(cmd)
	return cmd
}
