package picture

import (
	"slices"
	"time"
)

// Pane is one of the terminals, from top to bottom.
type Pane struct {
	Title         string
	Columns, Rows int
}

// Timeline gathers what panes show, and when.
type Timeline struct {
	Panes []Pane

	began, last time.Time
	idle        time.Duration // that was cut out
	shown       [][]piece     // what each row of each pane shows now
	pieces      []piece       // what they do not show any more
}

// idleMost is how long nothing has to happen at most: the rest of it is cut out.
const idleMost = 1500 * time.Millisecond

// piece is a row as it is shown for a while.
type piece struct {
	pane, line int
	row        Row
	from, to   time.Duration
}

// See takes in what a pane shows at a moment. Moments come in their order.
func (t *Timeline) See(pane int, rows []Row, at time.Time) {
	if t.shown == nil {
		t.began, t.last = at, at
		t.shown = make([][]piece, len(t.Panes))
		for i := range t.Panes {
			t.shown[i] = make([]piece, t.Panes[i].Rows)
			for line := range t.shown[i] {
				t.shown[i][line] = piece{pane: i, line: line}
			}
		}
	}
	for line := range t.shown[pane] {
		shown := &t.shown[pane][line]
		if slices.Equal(shown.row, rows[line]) {
			continue
		}
		if waited := at.Sub(t.last); waited > idleMost {
			t.idle += waited - idleMost
		}
		t.last = at
		now := at.Sub(t.began) - t.idle
		shown.to = now
		t.pieces = append(t.pieces, *shown)
		*shown = piece{pane: pane, line: line, row: rows[line], from: now}
	}
}

// all are the pieces, those that are shown to the end included, and when that is.
func (t *Timeline) all(hold time.Duration) (pieces []piece, end time.Duration) {
	end = t.last.Sub(t.began) - t.idle + hold
	pieces = slices.Clone(t.pieces)
	for _, pane := range t.shown {
		for _, shown := range pane {
			shown.to = end
			pieces = append(pieces, shown)
		}
	}
	return slices.DeleteFunc(pieces, func(p piece) bool { return len(p.row) == 0 || p.from == p.to }), end
}
