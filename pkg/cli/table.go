package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// table prints rows in columns as kubectl does; rows that come later keep to the widths of those before. Where a terminal is
// narrower than a row, all rows are folded at the same columns, instead of anywhere.
type table struct {
	out     io.Writer
	palette palette
	columns int // of the terminal, 0 where nothing is folded
	widths  []int
	rows    [][]tableCell
}

type tableCell struct {
	text   string
	colour colour
}

// The measures of kubectl's tables (k8s.io/cli-runtime/pkg/printers, GetNewTabWriter).
const (
	narrowest = 6 // with the gap
	gap       = 3
)

// foldIndent is what stands before the columns that do not fit beside the first ones.
const foldIndent = "    "

func newTable(out io.Writer, p palette) *table {
	return &table{out: out, palette: p, columns: terminalColumns(out)}
}

// texts makes cells in the terminal's own colour.
func texts(all ...string) []tableCell {
	cells := make([]tableCell, len(all))
	for i, text := range all {
		cells[i].text = text
	}
	return cells
}

func (t *table) row(cells ...tableCell) {
	for i, c := range cells {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], textwidth.Of(c.text))
	}
	t.rows = append(t.rows, cells)
}

// flush prints the rows since the last time.
func (t *table) flush() error {
	var out bytes.Buffer
	breaks := t.breaks()
	for _, row := range t.rows {
		t.print(&out, row, breaks)
	}
	t.rows = nil
	_, err := t.out.Write(out.Bytes())
	return err
}

// flushRecord prints a header and the only row below it. Where they do not fit into the terminal, each heading has its value
// beside it instead: folded, they would stand far apart.
func (t *table) flushRecord() error {
	if len(t.breaks()) == 0 || len(t.rows) != 2 {
		return t.flush()
	}
	headings, values := t.rows[0], t.rows[1]
	t.rows = nil
	heading, value := 0, 0
	for i := range headings {
		heading, value = max(heading, textwidth.Of(headings[i].text)), max(value, textwidth.Of(values[i].text))
	}
	if room := t.columns - heading - value; room > 0 {
		heading += min(gap, room) // an identity needs all that there is
	} else {
		heading += gap
	}
	var out bytes.Buffer
	for i, c := range values {
		if heading+textwidth.Of(c.text) > t.columns {
			out.WriteString(headings[i].text + "\n" + foldIndent)
		} else {
			out.WriteString(padded(headings[i].text, heading))
		}
		out.WriteString(t.palette.paint(c.colour, c.text) + "\n")
	}
	_, err := t.out.Write(out.Bytes())
	return err
}

// padded is a cell in a column of that width.
func padded(cell string, width int) string {
	return cell + strings.Repeat(" ", max(0, width-textwidth.Of(cell)))
}

// breaks are the columns that begin another line.
func (t *table) breaks() map[int]bool {
	breaks := map[int]bool{}
	used := 0
	for i, width := range t.widths {
		if t.columns > 0 && i > 0 && used+width > t.columns {
			breaks[i] = true
			used = len(foldIndent)
		}
		used += max(narrowest, width+gap)
	}
	return breaks
}

func (t *table) print(out *bytes.Buffer, row []tableCell, breaks map[int]bool) {
	for i, c := range row {
		if breaks[i] {
			out.WriteString("\n" + foldIndent)
		}
		out.WriteString(t.palette.paint(c.colour, c.text))
		if i < len(row)-1 && !breaks[i+1] {
			out.WriteString(strings.Repeat(" ", max(narrowest, t.widths[i]+gap)-textwidth.Of(c.text)))
		}
	}
	out.WriteByte('\n')
}
