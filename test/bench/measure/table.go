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

// Table writes a line for ours and one for theirs, and the ratio of the first to the second.
func Table(w io.Writer, ours, theirs Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "COMMAND\tWALL\tCPU\tPEAK MEMORY\tREQUESTS")
	for _, row := range []Row{ours, theirs} {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\n", row.Name, Seconds(row.Usage.Wall), Seconds(row.Usage.CPU), mebibytes(row.Usage.Peak), row.Requests)
	}
	fmt.Fprintf(t, "ratio\t%s\t%s\t%s\t%s\n", Ratio(ours.Usage.Wall, theirs.Usage.Wall), Ratio(ours.Usage.CPU, theirs.Usage.CPU),
		Ratio(ours.Usage.Peak, theirs.Usage.Peak), Ratio(ours.Requests, theirs.Requests))
	return t.Flush()
}

// Seconds is a duration as the tables show it.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.3fs", d.Seconds()) }

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1fMi", float64(bytes)/(1<<20)) }

// Ratio is that of our figure to theirs as the tables show it.
func Ratio[T ~int64](ours, theirs T) string {
	return fmt.Sprintf("%.2fx", float64(ours)/float64(theirs))
}
