package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/runner"
)

// newRunnerCommand is the component `runner`, which `up` starts.
func newRunnerCommand(open opener) *cobra.Command {
	var port int
	command := &cobra.Command{
		Use:    "runner",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			config, err := cluster.RESTConfig(c.Dir.Kubeconfig())
			if err != nil {
				return err
			}
			r, err := runner.New(config, c.Dir, filepath.Join(c.Bin, "demo-operator"))
			if err != nil {
				return err
			}
			group, ctx := errgroup.WithContext(cmd.Context())
			run := func(do func(context.Context) error) { group.Go(func() error { return do(ctx) }) }
			run(r.Run)
			run(func(ctx context.Context) error { return r.Serve(ctx, port) })
			return group.Wait()
		},
	}
	command.Flags().IntVar(&port, "port", 0, "Port on loopback of the nodes' kubelet endpoint.")
	return command
}
