package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// answer is what came of a check, in one word.
type answer int

const (
	passed answer = iota
	failed
	undecided
	skipped
)

// entry is one check of a report.
type entry struct {
	check.Outcome
	answer answer
}

// group is the checks of one checkpoint.
type group struct {
	name    string
	entries []entry
}

// groups are the checkpoints of a report.
func groups(r check.Report) []group {
	var list []group
	for i, o := range r.Outcomes {
		if i == 0 || o.Part != r.Outcomes[i-1].Part {
			list = append(list, group{name: o.Checkpoint})
		}
		last := &list[len(list)-1]
		last.entries = append(last.entries, entry{o, answerOf(o)})
	}
	return list
}

func answerOf(o check.Outcome) answer {
	switch {
	case o.Skipped != "":
		return skipped
	case o.Err != nil:
		return undecided
	case o.Holds:
		return passed
	}
	return failed
}

// took is how long a check took.
func (e entry) took() time.Duration { return max(0, e.Ended.Sub(e.Began)) }

// results are what was wanted and got, wherever the outcome has it; of a check that failed, one at least tells why.
func (e entry) results() []check.Result {
	results := slices.Clone(e.Verdict.Results)
	if len(results) == 0 && e.Verdict.Err != nil {
		results = []check.Result{{Got: e.Verdict.Err.Error()}}
	}
	if len(results) == 0 && (e.Wanted != "" || e.Got != "") {
		results = []check.Result{{Holds: e.Holds, Wanted: cmp.Or(e.Wanted, e.Spec.Wanted()), Got: e.Got}}
	}
	if e.Holds && e.judged() && len(results) == 1 && results[0].Got == "" {
		results[0].Got = lockState(e.Status)
	}
	if e.answer != failed {
		return results
	}
	at := slices.IndexFunc(results, func(result check.Result) bool { return !result.Holds })
	if at < 0 {
		at = len(results)
		results = append(results, check.Result{})
	}
	if results[at].Got == "" {
		results[at].Got = e.lack()
	}
	return results
}

// lack is why there is nothing to show of a check that failed.
func (e entry) lack() string {
	switch {
	case e.Attempts == 0:
		return "no evidence was taken"
	case e.Discarded > 0:
		return "no evidence that counts, as the term changed meanwhile"
	}
	return "no evidence in time"
}

// message tells in one line why a check does not hold.
func (e entry) message() string {
	if e.Err != nil {
		return firstLine(e.Err.Error())
	}
	var parts []string
	for _, result := range e.results() {
		switch {
		case result.Holds:
		case result.Wanted == "":
			parts = append(parts, firstLine(result.Got))
		default:
			parts = append(parts, "wanted "+result.Wanted+", got "+firstLine(result.Got))
		}
	}
	return strings.Join(parts, "; ")
}

// firstLine leaves out the candidates that the message of a lock lists; its details have them.
func firstLine(text string) string {
	first, _, more := strings.Cut(text, "\n")
	if more {
		first = strings.TrimSuffix(first, ":")
	}
	return first
}

// count is how many checks have which answer.
type count [skipped + 1]int

func countOf(list []group) (c count) {
	for _, group := range list {
		for _, entry := range group.entries {
			c[entry.answer]++
		}
	}
	return c
}

func (c count) all() int { return c[passed] + c[failed] + c[undecided] + c[skipped] }

// String is the summary: `3 passed, 1 failed, 1 skipped`.
func (c count) String() string {
	parts := []string{fmt.Sprintf("%d passed", c[passed])}
	for _, of := range []struct {
		answer answer
		word   string
	}{{failed, "failed"}, {undecided, "undecided"}, {skipped, "skipped"}} {
		if n := c[of.answer]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, of.word))
		}
	}
	return strings.Join(parts, ", ")
}
