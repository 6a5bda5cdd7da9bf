package cost

import "strconv"

// Limit is what a figure may be, or its ratio to the other program's. It holds on slow machines,
// too.
type Limit struct {
	value float64
	least bool // it is the least, not the most
	times bool // of the ratio
	unit  string
	goal  *float64 // what is wanted beyond that; nil where the limit is all
}

// AtMost limits the figure itself; the unit is for the table.
func AtMost(value float64, unit string) Limit { return Limit{value: value, unit: unit} }

// TimesAtMost limits the ratio to the other program's figure.
func TimesAtMost(ratio float64) Limit { return Limit{value: ratio, times: true} }

// TimesAtLeast demands a ratio.
func TimesAtLeast(ratio float64) Limit { return Limit{value: ratio, times: true, least: true} }

// WithGoal is the limit with a goal, which a row may be short of.
func (l Limit) WithGoal(value float64) Limit {
	l.goal = &value
	return l
}

// Goal is what is wanted beyond the limit, false where the limit is all.
func (l Limit) Goal() (Limit, bool) {
	if l.goal == nil {
		return Limit{}, false
	}
	l.value, l.goal = *l.goal, nil
	return l, true
}

func (l Limit) keeps(value float64) bool {
	if l.least {
		return value >= l.value
	}
	return value <= l.value
}

// String is the limit as the table shows it: "<= 0.35x", ">= 1.00x", "<= 50 ms".
func (l Limit) String() string {
	sign := "<= "
	if l.least {
		sign = ">= "
	}
	switch {
	case l.times:
		return sign + strconv.FormatFloat(l.value, 'f', 2, 64) + "x"
	case l.unit == "":
		return sign + strconv.FormatFloat(l.value, 'f', -1, 64)
	}
	return sign + strconv.FormatFloat(l.value, 'f', -1, 64) + " " + l.unit
}
