// Package cost holds what is measured against its limit: one row a figure, a table of all for people, a file for programs.
package cost

import "encoding/json"

// Row is one figure, what kubectl needs for the same where it can do it, and what we may need.
type Row struct {
	Group string // what is measured, "holder"
	Name  string // which figure of it, "wall"
	Unit  string // "ms", "MB/s", "MiB", "x"; empty for a count
	Ours  float64
	// Kubectl is nil where kubectl has nothing to compare with.
	Kubectl *float64
	// Never tells that kubectl was tried and did not get there at all.
	Never bool
	Limit Limit
}

// Compared is a row with figures of both.
func Compared(group, name, unit string, ours, kubectl float64, limit Limit) Row {
	return Row{Group: group, Name: name, Unit: unit, Ours: ours, Kubectl: &kubectl, Limit: limit}
}

// Alone is a row of what kubectl does not do.
func Alone(group, name, unit string, ours float64, limit Limit) Row {
	return Row{Group: group, Name: name, Unit: unit, Ours: ours, Limit: limit}
}

// Ratio is that of our figure to kubectl's, false where the limit is none of a ratio.
func (r Row) Ratio() (float64, bool) {
	if r.Kubectl == nil || *r.Kubectl == 0 || !r.Limit.times {
		return 0, false
	}
	return r.Ours / *r.Kubectl, true
}

// OK tells whether the limit is kept.
func (r Row) OK() bool {
	if !r.Limit.times {
		return r.Limit.keeps(r.Ours)
	}
	ratio, ok := r.Ratio()
	return ok && r.Limit.keeps(ratio)
}

// Missed tells whether any row misses its limit.
func Missed(rows []Row) (count int) {
	for _, r := range rows {
		if !r.OK() {
			count++
		}
	}
	return count
}

// MarshalJSON writes name, unit, ours, kubectl (null, or "never"), ratio (null where there is none), limit and ok.
func (r Row) MarshalJSON() ([]byte, error) {
	object := struct {
		Name    string   `json:"name"`
		Unit    string   `json:"unit"`
		Ours    float64  `json:"ours"`
		Kubectl any      `json:"kubectl"`
		Ratio   *float64 `json:"ratio"`
		Limit   string   `json:"limit"`
		OK      bool     `json:"ok"`
	}{Name: r.Group + ": " + r.Name, Unit: r.Unit, Ours: r.Ours, Limit: r.Limit.String(), OK: r.OK()}
	switch {
	case r.Never:
		object.Kubectl = never
	case r.Kubectl != nil:
		object.Kubectl = *r.Kubectl
	}
	if ratio, ok := r.Ratio(); ok {
		object.Ratio = &ratio
	}
	return json.Marshal(object)
}

const never = "never"
