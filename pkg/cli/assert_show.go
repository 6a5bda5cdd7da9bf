package cli

import (
	"context"
	"fmt"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

func reportFormats() []string { return []string{"json", "junit", "tap", "github"} }

// show runs the checks and reports what comes of them.
func (o *assertOptions) show(ctx context.Context, runner *check.Runner) (check.Report, error) {
	report := runner.Run(ctx, o.checkpoints)
	for _, outcome := range report.Outcomes {
		mark := "ok   "
		switch {
		case outcome.Err != nil:
			mark = "ERROR"
		case !outcome.Holds:
			mark = "FAIL "
		}
		fmt.Fprintf(o.streams.Out, "%s %s %s\n", mark, outcome.Spec, outcome.Message())
	}
	return report, nil
}
