package main

import (
	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
)

// usageLimits are those of what a command uses. Those that are not set leave their rows out.
type usageLimits struct{ wall, cpu, peak cost.Limit }

// usageRows compare what two commands used, with cost.Compared or cost.AboveFloor.
func usageRows(group string, compare func(group, name, unit string, ours, theirs float64, limit cost.Limit) cost.Row,
	ours, theirs measure.Usage, limits usageLimits) (rows []cost.Row) {
	for _, one := range []struct {
		name, unit   string
		ours, theirs float64
		limit        cost.Limit
	}{
		{"wall", "ms", ours.Wall.Seconds() * 1000, theirs.Wall.Seconds() * 1000, limits.wall},
		{"CPU", "ms", ours.CPU.Seconds() * 1000, theirs.CPU.Seconds() * 1000, limits.cpu},
		{"peak memory", "MiB", float64(ours.Peak) / (1 << 20), float64(theirs.Peak) / (1 << 20), limits.peak},
	} {
		if one.limit != (cost.Limit{}) {
			rows = append(rows, compare(group, one.name, one.unit, one.ours, one.theirs, one.limit))
		}
	}
	return rows
}
