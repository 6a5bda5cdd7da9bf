package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

const completionExample = `  # Complete "kubectl leader" wherever kubectl itself is completed: put the
  # script into a folder on your PATH
  kubectl leader completion kubectl > ~/.local/bin/kubectl_complete-leader
  chmod +x ~/.local/bin/kubectl_complete-leader

  # In the bash that you are in, complete kubectl-leader where it is run without
  # kubectl
  source <(kubectl leader completion bash)`

func newCompletionCommand(name string, streams genericiooptions.IOStreams) *cobra.Command {
	cmd := &cobra.Command{
		Use:                   "completion (kubectl | bash | zsh | fish | powershell)",
		DisableFlagsInUseLine: true,
		Short:                 "Print a script that completes this command",
		Long: `Print a script that completes this command.

 With "kubectl" it is the one that kubectl (1.26 or newer) runs to complete a plugin, in whatever shell it completes itself:
 save it as ` + completionFile(name) + ` in a folder on your PATH, and make it executable. It is a script for sh.

 With the name of a shell it is the shell's own script. That one completes ` + pluginFile(name) + `, for those who run it without kubectl.`,
		Example: example(name, completionExample),
	}
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(c *cobra.Command, out io.Writer) error { return c.GenBashCompletionV2(out, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(c *cobra.Command, out io.Writer) error { return c.GenFishCompletion(out, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	targets := []cobra.Completion{
		"kubectl\tfor kubectl, which completes its plugins by it", "bash", "zsh", "fish", "powershell",
	}
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return startingWith(toComplete, targets), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError(cmd, "one of kubectl, bash, zsh, fish and powershell is required, got %d arguments", len(args))
		}
		if args[0] == "kubectl" {
			return kubectlScript(cmd, name, streams.Out)
		}
		write, known := scripts[args[0]]
		if !known {
			return usageError(cmd, "unsupported shell %q: one of kubectl, bash, zsh, fish and powershell is required", args[0])
		}
		return write(&cobra.Command{Use: pluginFile(name)}, streams.Out)
	}
	return cmd
}

// kubectlScript writes the program that kubectl asks for completions. It asks the plugin without another kubectl in between,
// which takes a fraction of the time, and without a terminal to read from: no plugin for credentials may ask questions while
// somebody types.
func kubectlScript(cmd *cobra.Command, name string, out io.Writer) error {
	if completionFile(name) == "" {
		return usageError(cmd, "kubectl does not know %q as a plugin: it has to be called kubectl-NAME", name)
	}
	_, err := fmt.Fprintf(out, `#!/bin/sh
# kubectl runs this to complete %q. It has to be executable, on the PATH, and called %s.
exec %s __complete "$@" </dev/null
`, name, completionFile(name), pluginFile(name))
	return err
}
