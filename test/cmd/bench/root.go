package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
)

func newCommand() *cobra.Command {
	o := &options{sizes: load.Sizes{Leases: 10_000, Pods: 20_000}, runs: 7}
	root := &cobra.Command{
		Use:           "bench",
		Short:         "Compare kubectl leader list -A with kubectl get leases -A on a large cluster",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	shared := root.PersistentFlags()
	shared.StringVar(&o.dir, "dir", ".cluster-bench", "Folder of the cluster that is measured on; what is there is taken down.")
	shared.IntVar(&o.sizes.Leases, "leases", o.sizes.Leases, "Number of Leases; half of them are heartbeats of nodes, the rest are elections.")
	shared.IntVar(&o.sizes.Pods, "pods", o.sizes.Pods, "Number of pods.")
	flags := root.Flags()
	flags.IntVar(&o.runs, "runs", o.runs, "Number of runs of each command that count.")
	flags.BoolVar(&o.keep, "keep", false, "Leave the cluster up, and use the one that an earlier run with the same sizes left.")
	flags.StringVar(&o.plugin, "plugin", "", "Plugin to measure (default: kubectl-leader beside this program).")
	flags.StringVar(&o.kubectl, "kubectl", "", "kubectl to compare with (default: bench-kubectl beside this program).")
	root.AddCommand(newLoadCommand(o))
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}

type options struct {
	dir             string
	bin             string // folder of this program and of the others
	sizes           load.Sizes
	runs            int
	keep            bool
	plugin, kubectl string
}

// complete finds the programs, and refuses what cannot be done before anything is begun.
func (o *options) complete() error {
	if o.runs < 1 {
		return errors.New("--runs must be at least 1")
	}
	if err := o.sizes.Check(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return err
	}
	o.bin = filepath.Dir(program)
	for _, path := range o.programs() { // before minutes are spent on the load
		if _, err := exec.LookPath(path); err != nil {
			return err
		}
	}
	return nil
}

// programs are the paths of the plugin and of kubectl.
func (o *options) programs() [2]string {
	programs := [2]string{o.plugin, o.kubectl}
	for i, name := range []string{"kubectl-leader", "bench-kubectl"} {
		if programs[i] == "" {
			programs[i] = filepath.Join(o.bin, name)
		}
	}
	return programs
}
