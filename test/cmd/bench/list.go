package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// list measures list -A beside kubectl's list, and beside the floor, which reads the same lists.
func (o *options) list(ctx context.Context) ([]cost.Row, error) {
	var rows []measure.Row
	if err := o.withCluster(ctx, func(c *cluster.Cluster) error {
		var err error
		rows, err = o.measure(ctx, c)
		return err
	}); err != nil {
		return nil, err
	}
	fmt.Fprintf(o.details, "%d Leases (%d elections), %d pods; medians of %d runs on %d cores\n\n",
		o.sizes.Leases, o.sizes.Elections(), o.sizes.Pods, o.runs, runtime.NumCPU())
	if err := measure.Table(o.details, rows[0], rows[1:]...); err != nil {
		return nil, err
	}
	fmt.Fprintln(o.details)
	group := fmt.Sprintf("list -A with %d Leases", o.sizes.Leases)
	return append(usageRows(group, cost.Compared, rows[0].Usage, rows[1].Usage, usageLimits{
		wall: cost.TimesAtMost(0.9).WithGoal(0.6), peak: cost.TimesAtMost(0.6),
	}), usageRows("list -A, against the floor", cost.AboveFloor, rows[0].Usage, rows[2].Usage, usageLimits{
		wall: cost.TimesAtMost(1.5).WithGoal(1.2), cpu: cost.TimesAtMost(3).WithGoal(2),
	})...), nil
}

// measure returns a row for each command.
func (o *options) measure(ctx context.Context, c *cluster.Cluster) ([]measure.Row, error) {
	scratch := filepath.Join(c.Dir.Path, "bench")
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return nil, err
	}
	commands, err := o.commands(c, scratch)
	if err != nil {
		return nil, err
	}
	medians, err := measure.Compare(ctx, commands, o.runs, scratch, os.Stderr)
	if err != nil {
		return nil, err
	}
	rows := make([]measure.Row, len(commands))
	for i, command := range commands {
		requests, err := measure.Requests(ctx, command, c.Dir.Kubeconfig(), scratch)
		if err != nil {
			return nil, err
		}
		rows[i] = measure.Row{Name: command.Name, Usage: medians[i], Requests: requests}
	}
	return rows, nil
}

// commands are ours, kubectl's and the floor. The plugin is called as kubectl calls it, so the
// figures are the plugin's own: typed as `kubectl leader`, it waits for kubectl to find it first.
func (o *options) commands(c *cluster.Cluster, scratch string) ([]measure.Command, error) {
	leaders := map[measure.Lock]string{}
	for _, e := range load.NewPlan(o.sizes).Elections {
		leaders[measure.Lock{Namespace: e.Namespace, Name: e.Name}] = e.Leader
	}
	programs, err := measure.Install(filepath.Join(scratch, "programs"), o.programs()...)
	if err != nil {
		return nil, err
	}
	// Nothing of the user's: a cache or a setting in their home would be measured, too.
	environment := []string{"HOME=" + scratch, "PATH=" + o.bin, "KUBECONFIG=" + c.Dir.Kubeconfig()}
	return []measure.Command{
		{
			Name: "kubectl-leader list -A", Path: programs[0], Args: []string{"list", "-A"}, Env: environment,
			Runner: o.runner(), Check: measure.Leaders(leaders),
		},
		{
			Name: "kubectl get leases -A", Path: programs[1], Args: []string{"get", "leases", "-A"}, Env: environment,
			Runner: o.runner(), Check: measure.Rows(o.sizes.Leases),
		},
		{
			Name: "bench-floor --lists", Path: programs[2], Args: []string{"--lists"}, Env: environment,
			Runner: o.runner(), Check: measure.Counts(map[string]int{
				"/apis/coordination.k8s.io/v1/leases?": o.sizes.Leases, "/api/v1/pods?": o.sizes.Pods,
			}),
		},
	}, nil
}
