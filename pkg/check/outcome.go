package check

import (
	"slices"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// Outcome is what came of one check.
type Outcome struct {
	Spec Spec
	// Checkpoint is the name of the one that the check belongs to, "" where it has none; Part counts them, from 0.
	Checkpoint string
	Part       int
	// Skipped is why nobody has asked, "" where somebody has.
	Skipped string
	// Holds is the answer. Where it could not be found out, Err says why: what no further attempt can heal.
	Holds bool
	Err   error
	// Verdict is about the last evidence; its zero value where there was none, or where the lock itself is asked about.
	Verdict Verdict
	// Wanted and Got tell of the lock conditions, and of evidence that was never had; "" where the Verdict tells.
	Wanted, Got string
	// Status is the verdict on the lock: of the term that the evidence was taken in, or the last one that there was.
	Status leader.Status
	// LastLines are the last of the leader's log, where the check failed and they could be read.
	LastLines []string
	// Attempts counts the evidence that was taken, Discarded what of it was thrown away since the term changed meanwhile.
	Attempts, Discarded int
	Began, Ended        time.Time
}

// Why checks are skipped.
const (
	SkippedAfterFailure = "a checkpoint before it did not hold"
	SkippedUndeleted    = "the leader was not deleted"
	SkippedUndecided    = "another check could not be made"
)

// Decided reports that the question has an answer, be it yes or no.
func (o Outcome) Decided() bool { return o.Err == nil }

// Message tells why the check does not hold, "" when it does.
func (o Outcome) Message() string {
	switch {
	case o.Holds:
		return ""
	case o.Err != nil:
		return o.Err.Error()
	case o.Verdict.Message() != "":
		return o.Verdict.Message()
	case o.Wanted != "":
		return "wanted " + o.Wanted + ", got " + o.Got
	}
	return o.Got
}

// Report is what came of all checks, in their order.
type Report struct {
	Outcomes     []Outcome
	Began, Ended time.Time
}

// Holds reports that all checks hold.
func (r Report) Holds() bool {
	return len(r.Outcomes) > 0 && !slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return !o.Holds })
}

// Undecided is the first outcome that could not be found out, nil if there is none.
func (r Report) Undecided() error {
	for _, o := range r.Outcomes {
		if o.Err != nil {
			return o.Err
		}
	}
	return nil
}
