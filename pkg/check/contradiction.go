package check

import (
	"fmt"
	"slices"
	"strings"
)

// contradictions finds assertions that no value can satisfy together. Only what is certain counts: a check that waits for
// its deadline in vain is better than one that is refused without need.
func contradictions(assertions []Assertion) []*Problem {
	for i, one := range assertions {
		for _, other := range assertions[:i] {
			if contradict(one, other) || contradict(other, one) {
				return []*Problem{{
					Field:   string(one.Operator),
					Message: fmt.Sprintf("contradicts `%s`: nothing %s and %s", other.Operator, other, one),
				}}
			}
		}
	}
	return nil
}

// contradict reports whether nothing that satisfies a can satisfy b. It is asked both ways round.
func contradict(a, b Assertion) bool {
	switch a.Operator {
	case Equals, OneOf:
		return !slices.ContainsFunc(a.Operands, func(operand string) bool { return possible(operand, b) })
	case OutputContains:
		return b.Operator == OutputNotContains && strings.Contains(a.Operands[0], b.Operands[0])
	case NotExists:
		return b.Operator == Exists || b.Operator.ordering() // there is nothing to compare
	}
	return disjoint(a, b)
}

// possible reports whether something that equals the operand may satisfy b.
func possible(operand string, b Assertion) bool {
	readings := []Value{Text(operand)}
	if data, err := decodeJSON([]byte(operand)); err == nil && len(data) == 1 {
		readings = append(readings, fromJSON(data[0]))
	}
	switch b.Operator {
	case OutputContains, OutputNotContains, Regex:
		if len(readings) > 1 {
			return true // numbers and JSON have several spellings
		}
		if b.Operator == OutputContains {
			return strings.Contains(operand, strings.TrimSpace(b.Operands[0])) // white space may be around
		}
	}
	return slices.ContainsFunc(readings, func(v Value) bool {
		holds, err := b.Holds(v)
		return holds && err == nil
	})
}

// disjoint reports whether two ranges of numbers have nothing in common.
func disjoint(a, b Assertion) bool {
	if !a.Operator.ordering() || !b.Operator.ordering() || a.Operator == NotBetween || b.Operator == NotBetween {
		return false
	}
	top, bottom := a.top(), b.bottom()
	if top == nil || bottom == nil {
		return false
	}
	order := top.compare(*bottom)
	return order < 0 || order == 0 && (a.Operator == LessThan || b.Operator == GreaterThan)
}

// top is the largest number that the assertion lets pass, nil when there is none; bottom is the smallest.
func (a Assertion) top() *number {
	switch a.Operator {
	case LessThan, LessThanOrEqual:
		return &a.numbers[0]
	case Between:
		return &a.numbers[1]
	}
	return nil
}

func (a Assertion) bottom() *number {
	switch a.Operator {
	case GreaterThan, GreaterThanOrEqual, Between:
		return &a.numbers[0]
	}
	return nil
}
