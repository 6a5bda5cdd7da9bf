// Package scenarios runs the built plugin against a real API server and a real elected operator, as a user would.
package scenarios

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// lab is the embedded cluster that all scenarios share; each has a namespace of its own in it.
var lab struct {
	bin        string // folder of the built binaries
	dir        string // folder of the cluster
	kubeconfig string
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	root, err := filepath.Abs("../..")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	lab.bin = filepath.Join(root, "bin")
	lab.dir = filepath.Join(root, ".cluster", "scenarios")
	lab.kubeconfig = filepath.Join(lab.dir, "kubeconfig")
	for _, name := range []string{"kubectl-leader", "cluster", "kube", "demo-operator"} {
		if _, err := os.Stat(filepath.Join(lab.bin, name)); err != nil {
			fmt.Fprintf(os.Stderr, "%v: build it first, with `make build cluster-bins`, or run `make scenarios`\n", err)
			return 1
		}
	}
	if err := clusterCommand("down"); err != nil { // what a killed run left behind
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer clusterCommand("down") //nolint:errcheck // it has said what is wrong
	if err := clusterCommand("up", "--no-demo"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Setenv("PATH", lab.bin+string(os.PathListSeparator)+os.Getenv("PATH")) //nolint:errcheck // a valid name
	return m.Run()
}

// clusterCommand runs bin/cluster on the lab.
func clusterCommand(args ...string) error {
	cmd := exec.CommandContext(context.Background(), filepath.Join(lab.bin, "cluster"), append([]string{"--dir", lab.dir}, args...)...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("cluster %v: %w\n%s", args, err, output)
	}
	return nil
}
