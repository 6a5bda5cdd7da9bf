package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/yaml"
)

// Set by the build.
var (
	version    = "v0.0.0-dev"
	commit     string
	commitDate string // as RFC3339
)

const versionExample = `  # Print the version
  kubectl leader version

  # Print the version, the commit and what it was built with
  kubectl leader version -o json`

func newVersionCommand(name string, streams genericiooptions.IOStreams) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    "Print the version of this command. No cluster is asked.",
		Example: example(name, versionExample),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError(cmd, "version takes no arguments, got %q", args)
			}
			write, known := map[string]func(io.Writer, *versionObject) error{"": writeVersion, "json": writeJSON, "yaml": writeYAML}[output]
			if !known {
				return usageError(cmd, "--output must be 'yaml' or 'json'") // kubectl's words
			}
			return write(streams.Out, newVersionObject())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "One of 'yaml' or 'json'.")
	completeFlag(cmd, "output", oneOf("json", "yaml"))
	return cmd
}

// versionObject is what version -o json prints, in kubectl's words. docs/output.md documents its fields. What is not known is left out.
type versionObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	GitVersion string `json:"gitVersion"`
	GitCommit  string `json:"gitCommit,omitempty"`
	CommitDate string `json:"commitDate,omitempty"`
	GoVersion  string `json:"goVersion"`
	Compiler   string `json:"compiler"`
	Platform   string `json:"platform"`
}

func newVersionObject() *versionObject {
	return &versionObject{
		APIVersion: objectVersion, Kind: "Version", GitVersion: version, GitCommit: commit, CommitDate: commitDate,
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

func writeVersion(out io.Writer, v *versionObject) error {
	_, err := fmt.Fprintf(out, "%s %s\n", v.GitVersion, v.Platform)
	return err
}

func writeJSON(out io.Writer, v *versionObject) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func writeYAML(out io.Writer, v *versionObject) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	_, err = out.Write(text)
	return err
}
