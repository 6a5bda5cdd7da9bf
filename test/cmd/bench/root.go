package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
)

func newCommand() *cobra.Command {
	o := &options{sizes: load.Sizes{Leases: 10_000, Pods: 20_000}, runs: 7, rounds: 10}
	root := &cobra.Command{
		Use:           "bench",
		Short:         "Compare kubectl leader with kubectl: list -A on a large cluster, and how fast assert reacts",
		Long:          "Compare kubectl leader with kubectl: list -A on a large cluster, and how fast assert reacts.\n\nWithout a command both are measured.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			if err := o.list(cmd.Context()); err != nil {
				return err
			}
			fmt.Println()
			return o.reaction(cmd.Context())
		},
	}
	root.PersistentFlags().StringVar(&o.dir, "dir", ".cluster-bench", "Folder of the cluster that is measured on; what is there is taken down. Reactions have one beside it.")
	o.addList(root.Flags())
	o.addRounds(root.Flags())
	o.addPrograms(root.Flags())
	root.AddCommand(newListCommand(o), newReactionCommand(o))
	root.AddCommand(newLoadCommand(o))
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}

func newListCommand(o *options) *cobra.Command {
	command := &cobra.Command{
		Use:   "list",
		Short: "Compare kubectl leader list -A with kubectl get leases -A on a large cluster",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return o.list(cmd.Context())
		},
	}
	o.addList(command.Flags())
	o.addPrograms(command.Flags())
	return command
}

// addSizes adds the flags of the load. What each has now is its default.
func (o *options) addSizes(flags *pflag.FlagSet) {
	flags.IntVar(&o.sizes.Leases, "leases", o.sizes.Leases, "Number of Leases; half of them are heartbeats of nodes, the rest are elections.")
	flags.IntVar(&o.sizes.Pods, "pods", o.sizes.Pods, "Number of pods.")
}

func (o *options) addList(flags *pflag.FlagSet) {
	o.addSizes(flags)
	flags.IntVar(&o.runs, "runs", o.runs, "Number of runs of each list that count.")
	flags.BoolVar(&o.keep, "keep", false, "Leave the loaded cluster up, and use the one that an earlier run with the same sizes left.")
}

func (o *options) addRounds(flags *pflag.FlagSet) {
	flags.IntVar(&o.rounds, "rounds", o.rounds, "How often each waits for each event.")
}

func (o *options) addPrograms(flags *pflag.FlagSet) {
	flags.StringVar(&o.plugin, "plugin", "", "Plugin to measure (default: kubectl-leader beside this program).")
	flags.StringVar(&o.kubectl, "kubectl", "", "kubectl to compare with (default: bench-kubectl beside this program).")
}

type options struct {
	dir             string
	bin             string // folder of this program and of the others
	sizes           load.Sizes
	runs            int
	rounds          int
	keep            bool
	plugin, kubectl string
}

// complete finds the programs, and refuses what cannot be done before anything is begun.
func (o *options) complete() error {
	if o.runs < 1 {
		return errors.New("--runs must be at least 1")
	}
	if o.rounds < 1 {
		return errors.New("--rounds must be at least 1")
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
