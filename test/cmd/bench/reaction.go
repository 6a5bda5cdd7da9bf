package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/bench/reaction"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

func newReactionCommand(o *options) *cobra.Command {
	command := &cobra.Command{
		Use:   "reaction",
		Short: "Compare how fast assert, kubectl wait and a loop of the shell react to what happens to a lock",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return o.reaction(cmd.Context())
		},
	}
	o.addPrograms(command.Flags())
	o.addRounds(command.Flags())
	return command
}

// reaction measures on a cluster of its own in which nothing else happens.
func (o *options) reaction(ctx context.Context) (err error) {
	c, err := cluster.Open(filepath.Clean(o.dir)+"-reaction", o.bin, os.Stderr)
	if err != nil {
		return err
	}
	if err := c.Down(ctx); err != nil { // a run that was killed may have left one
		return err
	}
	defer func() { err = errors.Join(err, c.Down(context.WithoutCancel(ctx))) }()
	if err := c.Up(ctx, cluster.Bare); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	plan, candidates := load.NewCandidates(corev1.NamespaceDefault)
	if err := (load.Loader{Client: client, Progress: os.Stderr}).Load(ctx, plan); err != nil {
		return err
	}
	scratch := filepath.Join(c.Dir.Path, "bench")
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return err
	}
	programs := o.programs()
	bench := &reaction.Bench{
		Client: client, Kubeconfig: c.Dir.Kubeconfig(), Namespace: corev1.NamespaceDefault,
		Candidates: reaction.Candidates{A: candidates[0], B: candidates[1]},
		Programs:   map[string]string{"kubectl-leader": programs[0], "kubectl": programs[1]},
		Scratch:    scratch, Rounds: o.rounds, Progress: os.Stderr,
	}
	results, writes, err := bench.Run(ctx, reaction.Events())
	if err != nil {
		return err
	}
	if err := reaction.Table(os.Stdout, results, writes); err != nil {
		return err
	}
	_, err = fmt.Printf("\nmake bench ARGS='reaction --rounds=%d%s'\n", o.rounds, o.programArgs())
	return err
}
