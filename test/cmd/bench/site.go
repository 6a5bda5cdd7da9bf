package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/forward"
	"github.com/kubectl-leader/kubectl-leader/test/bench/handover"
	"github.com/kubectl-leader/kubectl-leader/test/bench/logs"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// withSite runs do on a cluster in which operators run, and takes it down afterwards, whatever happened.
func (o *options) withSite(ctx context.Context, do func(*site.Site) error) (err error) {
	c, err := cluster.Open(filepath.Clean(o.dir)+"-site", o.bin, os.Stderr)
	if err != nil {
		return err
	}
	if err := c.Down(ctx); err != nil { // a run that was killed may have left one
		return err
	}
	defer func() { err = errors.Join(err, c.Down(context.WithoutCancel(ctx))) }()
	if err := c.Up(ctx, cluster.NoDemo); err != nil {
		return err
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	scratch := filepath.Join(c.Dir.Path, "bench")
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return err
	}
	programs, err := measure.Install(filepath.Join(scratch, "programs"), o.programs()...)
	if err != nil {
		return err
	}
	return do(&site.Site{Cluster: c, Client: client, Scratch: scratch,
		Plugin: programs[0], Kubectl: programs[1], Floor: programs[2], Progress: os.Stderr})
}

// withOperator runs do beside an operator of its own.
func withOperator(ctx context.Context, s *site.Site, operator cluster.Operator, do func(*site.Operator) ([]cost.Row, error)) (rows []cost.Row, err error) {
	one, err := s.Deploy(ctx, operator)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, one.Delete(context.WithoutCancel(ctx))) }()
	return do(one)
}

// holder compares holder with what people write instead, and with the floor. All are run as plain
// processes: what a pipe to `cut` costs is in no figure.
func (o *options) holder(ctx context.Context, s *site.Site) ([]cost.Row, error) {
	return withOperator(ctx, s, site.Steady("holder", 3), func(one *site.Operator) ([]cost.Row, error) {
		pod, err := one.Leader(ctx)
		if err != nil {
			return nil, err
		}
		commands := []measure.Command{
			{Name: "kubectl-leader holder", Path: s.Plugin, Args: []string{"holder", one.Lock}},
			{Name: "kubectl get lease", Path: s.Kubectl, Args: []string{"get", "lease", one.Lock, "-o", "jsonpath={.spec.holderIdentity}"}},
			{Name: "bench-floor", Path: s.Floor, Args: []string{one.Lock}},
		}
		for i := range commands {
			commands[i].Runner, commands[i].Env, commands[i].Check = o.runner(), one.Env(), measure.Leader(pod)
		}
		medians, err := measure.Compare(ctx, commands, o.holders, s.Scratch, s.Progress)
		if err != nil {
			return nil, err
		}
		requests, err := measure.Requests(ctx, commands[0], one.Kubeconfig, s.Scratch)
		if err != nil {
			return nil, err
		}
		rows := []cost.Row{cost.Alone("holder", "requests", "", float64(requests), cost.AtMost(2, ""))}
		rows = append(rows, usageRows("holder", cost.Compared, medians[0], medians[1], usageLimits{
			wall: cost.TimesAtMost(0.5).WithGoal(0.35), cpu: cost.TimesAtMost(0.45).WithGoal(0.3), peak: cost.TimesAtMost(0.55).WithGoal(0.45),
		})...)
		return append(rows, usageRows("holder, against the floor", cost.AboveFloor, medians[0], medians[2], usageLimits{
			wall: cost.TimesAtMost(1.3).WithGoal(1.2), cpu: cost.TimesAtMost(1.4).WithGoal(1.3),
		})...), nil
	})
}

func (o *options) forward(ctx context.Context, s *site.Site) ([]cost.Row, error) {
	return withOperator(ctx, s, site.Steady("forward", 3), func(one *site.Operator) ([]cost.Row, error) {
		bench := &forward.Bench{Operator: one, Starts: o.starts, Runs: o.streams, Bytes: o.bulk << 20, Progress: s.Progress}
		return bench.Run(ctx)
	})
}

func (o *options) failover(ctx context.Context, s *site.Site) ([]cost.Row, error) {
	return withOperator(ctx, s, handover.Operator("failover"), func(one *site.Operator) ([]cost.Row, error) {
		rows, err := handover.Reach(ctx, one, o.failovers, s.Progress)
		if err != nil {
			return nil, err
		}
		more, err := handover.Storm(ctx, one, o.failovers, s.Progress)
		return append(rows, more...), err
	})
}

func (o *options) logs(ctx context.Context, s *site.Site) ([]cost.Row, error) {
	return withOperator(ctx, s, site.Steady("logs", 1), func(one *site.Operator) ([]cost.Row, error) {
		bench := &logs.Bench{Operator: one, Bytes: o.log << 20, Runs: o.prints, Progress: s.Progress}
		return bench.Run(ctx)
	})
}

// size compares the two files, which are linked with the same flags.
func (o *options) size(context.Context) ([]cost.Row, error) {
	var mebibytes [2]float64
	for i, path := range o.programs() {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		mebibytes[i] = float64(info.Size()) / (1 << 20)
	}
	return []cost.Row{cost.Compared("program", "size of the binary", "MiB", mebibytes[0], mebibytes[1], cost.TimesAtMost(1))}, nil
}
