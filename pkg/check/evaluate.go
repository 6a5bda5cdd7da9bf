package check

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Evidence is what a leader answered.
type Evidence struct {
	// Output is the body of an HTTP answer, the log so far, or what a command wrote.
	Output []byte
	// Status is that of an HTTP answer.
	Status int
	// ExitCode is that of a command.
	ExitCode int
}

// Result is how one thing that was wanted compares with what there is.
type Result struct {
	Holds bool
	// Wanted and Got are ready for a terminal: `jq state equals "healthy"`, `"pending"`.
	Wanted, Got string
}

// Verdict is what evidence says about a check.
type Verdict struct {
	Holds bool
	// Results has the status or the exit code first, then the assertions in their order.
	Results []Result
	// Err is why nothing could be taken out of the output, which may be otherwise the next time: it is not JSON (yet).
	Err error
}

// Message tells what did not hold, "" when all did: `wanted jq state equals "healthy", got "pending"`.
func (v Verdict) Message() string {
	var parts []string
	for _, result := range v.Results {
		if !result.Holds {
			parts = append(parts, "wanted "+result.Wanted+", got "+result.Got)
		}
	}
	if len(parts) == 0 && v.Err != nil {
		parts = append(parts, v.Err.Error())
	}
	return strings.Join(parts, "; ")
}

// Evaluate judges evidence of HTTP, logs and exec; lock conditions and deletes have none. It is the same for the same
// evidence, and ends with the context however long a jq program would run.
func (s Spec) Evaluate(ctx context.Context, evidence Evidence) Verdict {
	verdict := Verdict{Holds: true}
	add := func(holds bool, wanted, got string) {
		verdict.Holds = verdict.Holds && holds
		verdict.Results = append(verdict.Results, Result{Holds: holds, Wanted: wanted, Got: got})
	}
	switch s.Kind() {
	case KindHTTP:
		if status := s.wantsStatus(); !status.isZero() {
			add(status.Contains(evidence.Status), status.String(), "status "+strconv.Itoa(evidence.Status))
		}
	case KindExec:
		add(evidence.ExitCode == s.Exec.ExitCode, "exit code "+strconv.Itoa(s.Exec.ExitCode), "exit code "+strconv.Itoa(evidence.ExitCode))
	case KindLogs:
	default:
		return Verdict{Err: errors.New("there is no output to judge")}
	}
	if len(s.Assertions) == 0 {
		return verdict
	}
	value, err := s.extract(ctx, evidence.Output)
	if err != nil {
		verdict.Err = err
	}
	wanted := s.wanted()
	for i, assertion := range s.Assertions {
		if err != nil {
			add(false, wanted[i], got(Text(string(evidence.Output)), err)+s.unusual(evidence))
			continue
		}
		holds, why := assertion.Holds(value)
		if why != nil {
			add(false, wanted[i], assertion.Got(value)+": "+why.Error()+s.unusual(evidence))
			continue
		}
		add(holds, wanted[i], assertion.Got(value)+s.unusual(evidence))
	}
	return verdict
}

// unusual tells a status that was not asked about and may well explain what was got.
func (s Spec) unusual(evidence Evidence) string {
	if s.HTTP == nil || !s.wantsStatus().isZero() || evidence.Status >= 200 && evidence.Status <= 299 {
		return ""
	}
	return fmt.Sprintf(" (status %d)", evidence.Status)
}

func (s Spec) extract(ctx context.Context, output []byte) (Value, error) {
	switch {
	case s.Extractor == nil:
		return Text(string(output)), nil
	case s.Logs != nil:
		return s.Extractor.ExtractLines(ctx, output)
	}
	return s.Extractor.Extract(ctx, output)
}

// got shows an output that nothing could be taken out of.
func got(output Value, err error) string { return output.String() + ": " + escape(err.Error()) }
