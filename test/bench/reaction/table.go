package reaction

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
)

// Result is what was measured of an event.
type Result struct {
	Event     Event
	Reactions [][]time.Duration // of each waiter
}

// Table writes a line for each waiter of each event: ours first, and with each other one the ratios of ours to it. A first
// line tells what is measured; part of it are the writes.
func Table(w io.Writer, results []Result, writes []time.Duration) error {
	rounds := len(results[0].Reactions[0])
	if _, err := fmt.Fprintf(w, "From when a record is sent (its answer takes %s) until the process that waits has exited; %d rounds on %d cores\n\n",
		milliseconds(measure.Middle(writes)), rounds, runtime.NumCPU()); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "EVENT\tMEDIAN\tOURS/THIS\tMAXIMUM\tOURS/THIS\tWAITING")
	for _, r := range results {
		ours := r.Reactions[0]
		for i, waiter := range r.Event.Waiters {
			name, all := "", r.Reactions[i]
			ofMedians, ofMaxima := measure.Ratio(measure.Middle(ours), measure.Middle(all)), measure.Ratio(slices.Max(ours), slices.Max(all))
			if i == 0 {
				name, ofMedians, ofMaxima = r.Event.Name, "", ""
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", name, milliseconds(measure.Middle(all)), ofMedians,
				milliseconds(slices.Max(all)), ofMaxima, waiter.Command)
		}
	}
	return t.Flush()
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
}
