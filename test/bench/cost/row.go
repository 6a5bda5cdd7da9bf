// Package cost holds what is measured against its limit and its goal: one row a figure, a table of
// all for people, a file for programs.
package cost

import "encoding/json"

// Row is one figure, what another program needs for the same where there is one, and what we may
// need.
type Row struct {
	Group string // what is measured, "holder"
	Name  string // which figure of it, "wall"
	Unit  string // "ms", "MB/s", "MiB", "x"; empty for a count
	Ours  float64
	// Theirs is kubectl's figure, or the floor's. It is nil where there is nothing to compare with.
	Theirs *float64
	// Floor tells that it is the floor's: a program that sends the same requests and does next to
	// nothing else.
	Floor bool
	// Never tells that kubectl was tried and did not get there at all.
	Never bool
	Limit Limit
}

// Compared is a row with figures of ours and of kubectl.
func Compared(group, name, unit string, ours, kubectl float64, limit Limit) Row {
	return Row{Group: group, Name: name, Unit: unit, Ours: ours, Theirs: &kubectl, Limit: limit}
}

// AboveFloor is a row with figures of ours and of the floor.
func AboveFloor(group, name, unit string, ours, floor float64, limit Limit) Row {
	return Row{Group: group, Name: name, Unit: unit, Ours: ours, Theirs: &floor, Floor: true, Limit: limit}
}

// Alone is a row of what no other program does.
func Alone(group, name, unit string, ours float64, limit Limit) Row {
	return Row{Group: group, Name: name, Unit: unit, Ours: ours, Limit: limit}
}

// Ratio is that of our figure to theirs, false where the limit is none of a ratio.
func (r Row) Ratio() (float64, bool) {
	if r.Theirs == nil || *r.Theirs == 0 || !r.Limit.times {
		return 0, false
	}
	return r.Ours / *r.Theirs, true
}

// OK tells whether the limit is kept.
func (r Row) OK() bool { return r.keeps(r.Limit) }

// Short tells whether the row keeps its limit but does not reach its goal.
func (r Row) Short() bool {
	goal, found := r.Limit.Goal()
	return r.OK() && found && !r.keeps(goal)
}

func (r Row) keeps(limit Limit) bool {
	if !limit.times {
		return limit.keeps(r.Ours)
	}
	ratio, ok := r.Ratio()
	return ok && limit.keeps(ratio)
}

// Missed counts the rows that miss their limits.
func Missed(rows []Row) (count int) {
	for _, r := range rows {
		if !r.OK() {
			count++
		}
	}
	return count
}

// MarshalJSON writes name, unit, ours, kubectl (null, or "never"), floor (null where it is not
// measured), ratio (null where there is none), limit, ok, goal (null where there is none) and
// short.
func (r Row) MarshalJSON() ([]byte, error) {
	object := struct {
		Name    string   `json:"name"`
		Unit    string   `json:"unit"`
		Ours    float64  `json:"ours"`
		Kubectl any      `json:"kubectl"`
		Floor   *float64 `json:"floor"`
		Ratio   *float64 `json:"ratio"`
		Limit   string   `json:"limit"`
		OK      bool     `json:"ok"`
		Goal    *string  `json:"goal"`
		Short   bool     `json:"short"`
	}{Name: r.Group + ": " + r.Name, Unit: r.Unit, Ours: r.Ours, Limit: r.Limit.String(), OK: r.OK(), Short: r.Short()}
	switch {
	case r.Never:
		object.Kubectl = never
	case r.Floor:
		object.Floor = r.Theirs
	case r.Theirs != nil:
		object.Kubectl = *r.Theirs
	}
	if ratio, ok := r.Ratio(); ok {
		object.Ratio = &ratio
	}
	if goal, found := r.Limit.Goal(); found {
		text := goal.String()
		object.Goal = &text
	}
	return json.Marshal(object)
}

const never = "never"
