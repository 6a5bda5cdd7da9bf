package cli

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// rowTable prints a table as kubectl does; rows that come later keep to its widths.
type rowTable struct {
	namespaces, wide, headers, watch bool
	palette                          palette
	table                            *table
}

func (t *rowTable) list(out io.Writer, rows []leader.Row) error {
	t.table = newTable(out, t.palette)
	if t.headers {
		columns := []string{"LOCK", "LEADER", "NODE", "STATE", "HELD FOR", "TRANSITIONS"}
		if t.namespaces {
			columns = append([]string{"NAMESPACE"}, columns...)
		}
		if t.wide {
			columns = append(columns, "RULE", "RENEWED", "FOLLOWERS", "IDENTITY")
		}
		t.table.row(texts(columns...)...)
	}
	for _, row := range rows {
		t.row(row)
	}
	if t.headers && !t.watch {
		return t.table.flushRecord()
	}
	return t.table.flush()
}

func (t *rowTable) change(_ io.Writer, row leader.Row) error {
	t.row(row)
	return t.table.flush()
}

func (t *rowTable) row(row leader.Row) {
	record := row.Lock.Record
	var cells []tableCell
	if t.namespaces {
		cells = texts(orNone(row.Lock.Namespace))
	}
	cells = append(cells, texts(printable(row.Lock.Arg()), orNone(leaderCell(row.Status)), orNone(nodeCell(row.Status)))...)
	cells = append(cells, tableCell{stateCell(row.Status), stateColour(row.Status)})
	cells = append(cells, texts(heldFor(row.Status), strconv.Itoa(int(record.Transitions)))...)
	if t.wide {
		followers := "<unknown>"
		if row.Followers >= 0 {
			followers = strconv.Itoa(row.Followers)
		}
		cells = append(cells, texts(orNone(row.Rule), renewedCell(row.Status), followers, orNone(printable(record.Holder)))...)
	}
	t.table.row(cells...)
}

// leaderCell names the leader, with its namespace where that is not the lock's.
func leaderCell(s leader.Status) string {
	switch {
	case !s.Led():
		return ""
	case s.Pod.Namespace != s.Lock.Namespace:
		return s.Pod.Namespace + "/" + s.Pod.Name
	}
	return s.Pod.Name
}

func nodeCell(s leader.Status) string {
	if s.Led() {
		return s.Pod.Spec.NodeName
	}
	return s.Node
}

// stateCell is the lock's state, with the reason where it is held and yet nobody is called the leader, as kubectl writes
// the state of a node that is cordoned.
func stateCell(s leader.Status) string {
	switch {
	case s.Led() && !leader.Ready(s.Pod):
		return string(s.State) + ",NotReady"
	case s.Led() || string(s.Reason) == string(s.State):
		return string(s.State)
	}
	return string(s.State) + "," + string(s.Reason)
}

// heldFor is how long the term lasts, in kubectl's short form.
func heldFor(s leader.Status) string {
	switch {
	case s.State != election.Held:
		return "<none>"
	case s.Lock.Acquired().IsZero():
		return "<unknown>"
	}
	return duration.HumanDuration(max(0, s.Time.Sub(s.Lock.Acquired()).Truncate(time.Second)))
}

func renewedCell(s leader.Status) string {
	if s.Lock.Renewed().IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(max(0, s.Time.Sub(s.Lock.Renewed()).Truncate(time.Second)))
}

// rowNames prints the locks as other commands take them.
type rowNames struct{}

func (n rowNames) list(out io.Writer, rows []leader.Row) error {
	for _, row := range rows {
		if err := n.change(out, row); err != nil {
			return err
		}
	}
	return nil
}

func (rowNames) change(out io.Writer, row leader.Row) error {
	name := row.Lock.Arg()
	if row.Lock.IsLease() {
		name = "lease/" + name
	}
	_, err := fmt.Fprintln(out, name)
	return err
}

// rowObjects prints one object with all rows as its items; while watching, one object a row.
type rowObjects struct {
	printer printers.ResourcePrinter
	watch   bool
}

func (p rowObjects) list(out io.Writer, rows []leader.Row) error {
	if p.watch {
		for _, row := range rows {
			if err := p.change(out, row); err != nil {
				return err
			}
		}
		return nil
	}
	items := make([]any, len(rows))
	for i, row := range rows {
		items[i] = rowFields(row)
	}
	return p.printer.PrintObj(&unstructured.Unstructured{Object: map[string]any{
		"apiVersion": objectVersion, "kind": "LeaderList", "items": items,
	}}, escaped(out))
}

func (p rowObjects) change(out io.Writer, row leader.Row) error {
	return p.printer.PrintObj(&unstructured.Unstructured{Object: rowFields(row)}, escaped(out))
}

func rowFields(row leader.Row) map[string]any {
	fields := leaderFields(row.Status)
	if row.Followers >= 0 {
		fields["followers"] = int64(row.Followers)
	}
	return fields
}
