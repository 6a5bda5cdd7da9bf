package cluster

import (
	"context"
	"strconv"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

// Status is the state of a component.
type Status struct {
	Name  string
	PID   string // empty if it does not run
	State string // ready, unready, paused or stopped
	Port  int
}

// Status tells the state of each component, in the order of their start.
func (c *Cluster) Status(ctx context.Context) ([]Status, error) {
	if err := c.load(); err != nil {
		return nil, err
	}
	var all []Status
	for _, one := range c.components() {
		running, err := process.Scan(ctx, c.prefix(one))
		if err != nil {
			return nil, err
		}
		status := Status{Name: one.name, State: "stopped", Port: one.port}
		if len(running) > 0 {
			status.PID = strconv.Itoa(running[0].PID)
			switch {
			case running[0].Stopped():
				status.State = "paused"
			case healthy(ctx, one.health):
				status.State = "ready"
			default:
				status.State = "unready"
			}
		}
		all = append(all, status)
	}
	return all, nil
}
