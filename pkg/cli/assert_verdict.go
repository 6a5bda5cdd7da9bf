package cli

import (
	"fmt"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// tally is the last word on checks that do not all hold. The report has told why, so it only counts them; the cause decides
// what hint comes with it, and the exit code.
type tally struct {
	text  string
	cause error
}

func (e tally) Error() string { return e.text }

func (e tally) Unwrap() error { return e.cause }

// verdict is nil where all checks hold, an answerNo where some do not, and else another error: some could not be made. Why, it says
// itself where no person reads the report.
func verdict(result check.Report, read bool) error {
	failed, undecided := 0, 0
	var missing error // a lock that was expected to be there
	for _, outcome := range result.Outcomes {
		switch {
		case outcome.Holds || outcome.Skipped != "":
		case outcome.Err != nil:
			undecided++
		default:
			failed++
			if missing == nil && outcome.Status.State == election.Missing {
				missing = outcome.Status.Err()
			}
		}
	}
	all := len(result.Outcomes)
	switch {
	case undecided > 0:
		last := tally{fmt.Sprintf("%d of %d checks could not be made", undecided, all), result.Undecided()}
		if !read {
			last.text += ": " + last.cause.Error()
		}
		return last
	case !result.Holds():
		return answerNo{tally{fmt.Sprintf("%d of %d checks failed", failed, all), missing}}
	}
	return nil
}
