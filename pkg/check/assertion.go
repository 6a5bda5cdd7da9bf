package check

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Assertion is one comparison of a value. NewAssertion makes one.
type Assertion struct {
	Operator Operator
	// Operands is what the value is compared to: one, two for a range, several for a list, none for exists.
	Operands []string

	pattern *regexp.Regexp
	numbers []number
}

// NewAssertion checks the operands. A range is two operands, or one as "LOW,HIGH". Errors say what to write instead.
func NewAssertion(operator Operator, operands ...string) (Assertion, error) {
	if !slices.Contains(Operators(), operator) {
		return Assertion{}, fmt.Errorf("%q is no operator%s", operator, didYouMean(string(operator), operatorNames()))
	}
	least, most := operator.operandCount()
	if least == 2 && len(operands) == 1 {
		operands = strings.Split(operands[0], ",")
	}
	a := Assertion{Operator: operator, Operands: operands}
	switch {
	case least == 2 && len(operands) != 2:
		return Assertion{}, errors.New(`wants two numbers, as "1,10"`)
	case len(operands) < least, most >= 0 && len(operands) > most:
		return Assertion{}, fmt.Errorf("takes %s, not %d", operandsWanted(least, most), len(operands))
	case operator == OutputContains && operands[0] == "":
		return Assertion{}, errors.New("asserts nothing with an empty text, as every output contains it; `exists` says that there is an output")
	case operator == OutputNotContains && operands[0] == "":
		return Assertion{}, errors.New("can never hold with an empty text, as every output contains it; `notExists` says that there is no output")
	case operator == Regex && operands[0] == "":
		return Assertion{}, errors.New("asserts nothing when it is empty, as it matches everything")
	case operator == Regex:
		pattern, err := regexp.Compile(operands[0])
		if err != nil {
			return Assertion{}, fmt.Errorf("is not a regular expression of RE2: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		a.pattern = pattern
	case operator.ordering():
		return a.withNumbers()
	}
	return a, nil
}

func (a Assertion) withNumbers() (Assertion, error) {
	a.Operands = slices.Clone(a.Operands)
	for i, operand := range a.Operands {
		a.Operands[i] = strings.TrimSpace(operand)
		n, ok := parseNumber(a.Operands[i])
		if !ok || n.isNaN() {
			return Assertion{}, fmt.Errorf("wants a number, not %s", quote(operand))
		}
		a.numbers = append(a.numbers, n)
	}
	if len(a.numbers) == 2 && a.numbers[0].compare(a.numbers[1]) > 0 {
		return Assertion{}, fmt.Errorf("wants the lower number first: %s,%s", a.Operands[1], a.Operands[0])
	}
	return a, nil
}

// Holds reports whether the value satisfies the assertion. An error says why the two cannot be compared: the next evidence
// may do better. A value that is absent satisfies notExists and nothing else.
func (a Assertion) Holds(v Value) (bool, error) {
	if a.Operator == Regex && a.pattern == nil || a.Operator.ordering() && a.numbers == nil {
		made, err := NewAssertion(a.Operator, a.Operands...)
		if err != nil {
			return false, fmt.Errorf("%s %w", a.Operator, err)
		}
		a = made
	}
	switch {
	case a.Operator == Exists:
		return v.exists(), nil
	case a.Operator == NotExists:
		return !v.exists(), nil
	case v.form == absent:
		return false, nil
	case a.Operator.ordering():
		return a.holdsFor(v)
	}
	matches := func(operand string) bool { return v.equals(operand) }
	switch a.Operator {
	case Equals, OneOf:
		return slices.ContainsFunc(a.Operands, matches), nil
	case NotEquals, NotOneOf:
		return !slices.ContainsFunc(a.Operands, matches), nil
	case OutputContains:
		return v.contains(a.Operands[0]), nil
	case OutputNotContains:
		return !v.contains(a.Operands[0]), nil
	case Regex:
		return slices.ContainsFunc(v.texts(), func(text string) bool { return a.pattern.MatchString(strings.TrimSpace(text)) }), nil
	}
	return false, fmt.Errorf("%q is no operator", a.Operator)
}

// holdsFor compares by size. NaN is neither inside nor outside of anything.
func (a Assertion) holdsFor(v Value) (bool, error) {
	got, ok := v.number()
	if !ok {
		return false, errors.New("it is not a number")
	}
	if got.isNaN() {
		return false, nil
	}
	first, last := got.compare(a.numbers[0]), got.compare(a.numbers[len(a.numbers)-1])
	switch a.Operator {
	case GreaterThan:
		return first > 0, nil
	case LessThan:
		return first < 0, nil
	case GreaterThanOrEqual:
		return first >= 0, nil
	case LessThanOrEqual:
		return first <= 0, nil
	case Between:
		return first >= 0 && last <= 0, nil
	}
	return first < 0 || last > 0, nil
}

// String tells the comparison in words: `equals "healthy"`.
func (a Assertion) String() string { return a.Operator.phrase(a.Operands) }

// Got tells what a value is, as far as this assertion is concerned: where forbidden text was found, its surroundings.
func (a Assertion) Got(v Value) string {
	if a.Operator == OutputNotContains && len(a.Operands) == 1 {
		for _, text := range v.texts() {
			if at := strings.Index(text, a.Operands[0]); at >= 0 {
				return around(text, at, len(a.Operands[0]))
			}
		}
	}
	return v.String()
}

func operandsWanted(least, most int) string {
	switch {
	case most == 0:
		return "no operand"
	case most < 0:
		return "at least one operand"
	}
	return fmt.Sprintf("%d operand", least)
}

func operatorNames() []string {
	names := make([]string, 0, len(Operators()))
	for _, operator := range Operators() {
		names = append(names, string(operator))
	}
	return names
}
