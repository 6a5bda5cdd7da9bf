package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/yaml"
)

// Set by the Makefile. All are empty after `go install` and a plain `go build`.
var (
	version    string
	commit     string
	commitDate string // as RFC3339
)

// build is which program this is. What is not known is empty, but for the version.
type build struct{ version, commit, commitDate string }

// thisBuild is what the linker was told or, failing that, what Go wrote into the program.
func thisBuild() build {
	if version != "" {
		return build{version, commit, commitDate}
	}
	info, _ := debug.ReadBuildInfo() // nil if there is none
	return buildOf(info)
}

// buildOf reads what Go knows: a module that was installed has its version, one that was built in its repository the commit, too.
func buildOf(info *debug.BuildInfo) build {
	b := build{version: "v0.0.0-dev"}
	if info == nil {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.version = v
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.commit = setting.Value
		case "vcs.time":
			b.commitDate = setting.Value
		case "vcs.modified":
			if setting.Value == "true" && !strings.HasSuffix(b.version, "dirty") { // most versions tell it already
				b.version += "+dirty"
			}
		}
	}
	return b
}

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
	b := thisBuild()
	return &versionObject{
		APIVersion: objectVersion, Kind: "Version", GitVersion: b.version, GitCommit: b.commit, CommitDate: b.commitDate,
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
