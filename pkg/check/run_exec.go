package check

import (
	"context"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// onceWithin bounds a command where no timeout does.
const onceWithin = time.Minute

// exec runs the command in the pod that leads.
func (a *attempt) exec(ctx context.Context, term leader.Status) (Evidence, error) {
	if a.once {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, onceWithin)
		defer cancel()
	}
	output, code, err := a.run.Leader.Exec(ctx, term.Pod, *a.Spec.Exec)
	return Evidence{Output: output, ExitCode: code}, err
}
