package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// version is set by the build.
var version = "v0.0.0-dev"

func newVersionCommand(name string, streams genericiooptions.IOStreams) *cobra.Command {
	return &cobra.Command{
		Use:                   "version",
		Short:                 "Print the version",
		Example:               example(name, "  # Print the version\n  kubectl leader version"),
		DisableFlagsInUseLine: true,
		Args:                  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(streams.Out, "%s %s/%s\n", version, runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
