package cli

import (
	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"
)

func newOptionsCommand(name string) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "options",
		Short:   "Print the flags that all commands share",
		Example: example(name, "  # Print the flags that all commands share\n  kubectl leader options"),
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Usage() },
	}
	templates.UseOptionsTemplates(cmd)
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if err := cmd.Usage(); err != nil {
			cmd.PrintErrln(err)
		}
	})
	return cmd
}
