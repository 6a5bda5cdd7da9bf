package cli

import (
	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func newOptionsCommand(name string, streams genericiooptions.IOStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "options",
		Short:   "Print the flags that all commands share",
		Example: example(name, "  # Print the flags that all commands share\n  kubectl leader options"),
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Usage() },
	}
	cmd.SetOut(streams.Out)
	cmd.SetErr(streams.Out)
	useOptionsUsage(cmd)
	return cmd
}
