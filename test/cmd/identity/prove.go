package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
	"github.com/kubectl-leader/kubectl-leader/test/identity"
)

type options struct {
	dir     string
	ids     string
	list    bool
	verbose bool
}

func newCommand() *cobra.Command {
	var o options
	command := &cobra.Command{
		Use:           "identity FILE...",
		Short:         "Prove on a real API server that the plugin finds the leaders of the cases in the files",
		Args:          cobra.MinimumNArgs(1),
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, files []string) error { return o.run(cmd.Context(), files) },
	}
	flags := command.Flags()
	flags.StringVar(&o.dir, "dir", ".cluster-identity", "Folder of the cluster, which is made anew and removed at the end.")
	flags.StringVar(&o.ids, "id", "", "Prove only the cases with these ids, comma-separated.")
	flags.BoolVar(&o.list, "list", false, "Compare what is said of each lock with its row in a list of all, too.")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "Print the cases that passed, too, with the rule that found the leader.")
	return command
}

func (o options) run(ctx context.Context, files []string) (err error) {
	cases, err := load(files)
	if err != nil {
		return err
	}
	if cases, err = identity.Select(cases, o.ids); err != nil {
		return err
	}
	bin, err := binFolder()
	if err != nil {
		return err
	}
	c, err := cluster.Open(o.dir, bin, io.Discard)
	if err != nil {
		return err
	}
	if err := c.Down(ctx); err != nil { // what a killed run left
		return err
	}
	defer func() {
		// Also when we are interrupted.
		if downErr := c.Down(context.WithoutCancel(ctx)); downErr != nil {
			err = errors.Join(err, downErr)
		}
	}()
	if err := c.Up(ctx, cluster.Bare); err != nil {
		return err
	}
	config, err := cluster.RESTConfig(c.Dir.Kubeconfig())
	if err != nil {
		return err
	}
	prover, err := identity.NewProver(config, filepath.Join(bin, "kubectl-leader"), c.Dir.Kubeconfig(), c.Dir.Path)
	if err != nil {
		return err
	}
	prover.List = o.list
	failed, err := prover.Report(ctx, os.Stdout, cases, o.verbose)
	if err == nil && failed > 0 {
		return errFailed
	}
	return err
}

// load reads the cases of all files.
func load(files []string) ([]identity.Case, error) {
	var all []identity.Case
	var problems []error
	for _, file := range files {
		cases, warnings, err := identity.Load(file)
		for _, warning := range warnings {
			fmt.Fprintln(os.Stderr, warning)
		}
		all, problems = append(all, cases...), append(problems, err)
	}
	return all, errors.Join(problems...)
}

// binFolder is where this program and the others that it runs were built.
func binFolder() (string, error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	program, err = filepath.EvalSymlinks(program)
	return filepath.Dir(program), err
}
