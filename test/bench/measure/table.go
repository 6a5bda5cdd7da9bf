package measure

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Row is what was measured of one command.
type Row struct {
	Name     string
	Usage    Usage // the median
	Requests int64 // to the API server
}

// Table writes a line for ours and one for each of the others, with the ratio of ours to it below.
func Table(w io.Writer, ours Row, others ...Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "COMMAND\tWALL\tCPU\tPEAK MEMORY\tREQUESTS")
	line := func(row Row) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\n", row.Name, Seconds(row.Usage.Wall), Seconds(row.Usage.CPU), mebibytes(row.Usage.Peak), row.Requests)
	}
	line(ours)
	for _, row := range others {
		line(row)
		fmt.Fprintf(t, "ratio\t%s\t%s\t%s\t%s\n", Ratio(ours.Usage.Wall, row.Usage.Wall), Ratio(ours.Usage.CPU, row.Usage.CPU),
			Ratio(ours.Usage.Peak, row.Usage.Peak), Ratio(ours.Requests, row.Requests))
	}
	return t.Flush()
}

// Seconds is a duration as the tables show it.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1fMi", float64(bytes)/(1<<20)) }

// Ratio is that of our figure to theirs as the tables show it.
func Ratio[T ~int64](ours, theirs T) string {
	return fmt.Sprintf("%.2fx", float64(ours)/float64(theirs))
}
