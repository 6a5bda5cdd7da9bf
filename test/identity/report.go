package identity

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Report proves the cases one after the other and writes a line for each that failed, and with verbose for each that
// passed; the last line counts them. It returns how many failed.
func (p *Prover) Report(ctx context.Context, out io.Writer, cases []Case, verbose bool) (failed int, err error) {
	passed := 0
	for _, c := range cases {
		outcome, err := p.Prove(ctx, c)
		if err != nil {
			return failed, err
		}
		switch {
		case !outcome.Passed():
			failed++
			fmt.Fprintf(out, "FAIL %s: expected %s, came %s\n", outcome.Case, outcome.Expected, outcome.Came)
		default:
			passed++
			if verbose {
				fmt.Fprintf(out, "ok   %s: %s\n", outcome.Case, outcome.Came)
			}
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	return failed, nil
}

// Select takes the cases of a comma-separated list of ids, or all if it is empty.
func Select(cases []Case, ids string) ([]Case, error) {
	if ids == "" {
		return cases, nil
	}
	var selected []Case
	for _, id := range strings.Split(ids, ",") {
		before := len(selected)
		for _, c := range cases {
			if c.ID == strings.TrimSpace(id) {
				selected = append(selected, c)
			}
		}
		if len(selected) == before {
			return nil, fmt.Errorf("no case has the id %q", id)
		}
	}
	return selected, nil
}
