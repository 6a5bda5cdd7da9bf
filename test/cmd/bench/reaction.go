package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/bench/reaction"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// reactionLimit is what assert may take beyond the event itself, in milliseconds.
const reactionLimit = 150

// reaction measures on a cluster of its own in which nothing else happens.
func (o *options) reaction(ctx context.Context) (rows []cost.Row, err error) {
	c, err := cluster.Open(filepath.Clean(o.dir)+"-reaction", o.bin, os.Stderr)
	if err != nil {
		return nil, err
	}
	if err := c.Down(ctx); err != nil { // a run that was killed may have left one
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Down(context.WithoutCancel(ctx))) }()
	if err := c.Up(ctx, cluster.Bare); err != nil {
		return nil, err
	}
	client, err := c.Client()
	if err != nil {
		return nil, err
	}
	plan, candidates := load.NewCandidates(corev1.NamespaceDefault)
	if err := (load.Loader{Client: client, Progress: os.Stderr}).Load(ctx, plan); err != nil {
		return nil, err
	}
	scratch := filepath.Join(c.Dir.Path, "bench")
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return nil, err
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
		return nil, err
	}
	if err := reaction.Table(o.details, results, writes); err != nil {
		return nil, err
	}
	fmt.Fprintln(o.details)
	return reactionRows(results), nil
}

// reactionRows compare with kubectl wait, the second of those who wait; the limit is our own.
func reactionRows(results []reaction.Result) (rows []cost.Row) {
	for _, r := range results {
		ours, wait := measure.Middle(r.Reactions[0]), measure.Middle(r.Reactions[1])
		rows = append(rows, cost.Compared("assert", r.Event.Name+" to exit 0 (kubectl wait)", "ms",
			float64(ours.Microseconds())/1000, float64(wait.Microseconds())/1000, cost.AtMost(reactionLimit, "ms")))
	}
	return rows
}
