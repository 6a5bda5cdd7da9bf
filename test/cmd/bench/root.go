package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
)

func newCommand() *cobra.Command {
	o := &options{
		sizes: load.Sizes{Leases: 10_000, Pods: 20_000}, runs: 5, rounds: 6, holders: 41, starts: 9, streams: 9, failovers: 20, prints: 2,
		bulk: 1024, log: 1024, details: os.Stderr,
	}
	root := &cobra.Command{
		Use:   "bench",
		Short: "Compare kubectl leader with kubectl",
		Long: "Compare kubectl leader with kubectl, in turns on the same cluster, and check each figure against its limit.\n\n" +
			"Without a command all is measured, within about eight minutes on two cores. The exit code is 1 if a row misses its limit.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return o.all(cmd, parts()) },
	}
	root.PersistentFlags().StringVar(&o.dir, "dir", ".cluster-bench", "Folder of the cluster that is measured on; what is there is taken down. Some parts have one beside it.")
	root.PersistentFlags().StringVar(&o.json, "json", "bench.json", "File that the rows are written to.")
	for _, p := range parts() {
		if p.flags != nil {
			p.flags(o, root.Flags())
		}
		root.AddCommand(p.command(o))
	}
	o.addPrograms(root.Flags())
	root.CompletionOptions.DisableDefaultCmd = true
	return root
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

func (o *options) addHolder(flags *pflag.FlagSet) {
	flags.IntVar(&o.holders, "holders", o.holders, "Number of runs of holder that count.")
}

func (o *options) addForward(flags *pflag.FlagSet) {
	flags.IntVar(&o.starts, "starts", o.starts, "Number of starts of port-forward that count.")
	flags.IntVar(&o.streams, "streams", o.streams, "Number of runs of each throughput through a port-forward.")
	flags.Int64Var(&o.bulk, "bulk", o.bulk, "How much each run of a throughput carries, in MiB.")
}

func (o *options) addFailover(flags *pflag.FlagSet) {
	flags.IntVar(&o.failovers, "failovers", o.failovers, "Number of failovers.")
}

func (o *options) addLogs(flags *pflag.FlagSet) {
	flags.IntVar(&o.prints, "prints", o.prints, "How often the log is printed, followed and not.")
	flags.Int64Var(&o.log, "log", o.log, "Length of the log, in MiB.")
}

func (o *options) addPrograms(flags *pflag.FlagSet) {
	flags.StringVar(&o.plugin, "plugin", "", "Plugin to measure (default: kubectl-leader beside this program).")
	flags.StringVar(&o.kubectl, "kubectl", "", "kubectl to compare with (default: bench-kubectl beside this program).")
	flags.StringVar(&o.floor, "floor", "", "Program that does next to nothing but send the same requests (default: bench-floor beside this program).")
}

type options struct {
	dir     string
	json    string
	bin     string // folder of this program and of the others
	sizes   load.Sizes
	keep    bool
	details io.Writer // gets the tables of those parts that have one of their own

	plugin, kubectl, floor                                    string
	runs, rounds, holders, starts, streams, failovers, prints int
	bulk, log                                                 int64 // MiB
}

// complete finds the programs, and refuses what cannot be done before anything is begun.
func (o *options) complete() error {
	for _, count := range []int{o.runs, o.rounds, o.holders, o.starts, o.streams, o.failovers, o.prints, int(o.bulk), int(o.log)} {
		if count < 1 {
			return errors.New("all numbers must be at least 1")
		}
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
	for _, path := range append(o.programs(), o.runner()) { // before minutes are spent on the load
		if _, err := exec.LookPath(path); err != nil {
			return err
		}
	}
	return nil
}

// programs are the paths of the plugin, of kubectl and of the floor.
func (o *options) programs() []string {
	programs := []string{o.plugin, o.kubectl, o.floor}
	for i, name := range []string{"kubectl-leader", "bench-kubectl", "bench-floor"} {
		if programs[i] == "" {
			programs[i] = filepath.Join(o.bin, name)
		}
	}
	return programs
}

// runner is the path of the program that runs and measures others.
func (o *options) runner() string { return filepath.Join(o.bin, "bench-run") }
