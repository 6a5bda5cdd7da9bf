package check

import (
	"context"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// exec runs the command in the pod that leads.
func (a *attempt) exec(ctx context.Context, term leader.Status) (Evidence, error) {
	output, code, err := a.run.Leader.Exec(ctx, term.Pod, *a.Spec.Exec)
	return Evidence{Output: output, ExitCode: code}, err
}
