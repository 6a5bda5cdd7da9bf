package check

import (
	"fmt"
	"slices"
	"strings"
)

// Operator is how a value is compared. The names are those of a check file, after the E2E schema of Orkestra
// (https://orkestra.sh/docs/reference/schema/e2e/kubectl/).
type Operator string

// The operators. Those on text compare it with white space around it cut off, but for the two on output, which look
// everywhere. A number of JSON or of a metric equals any other spelling of it (1, 1.0, 1e0); text that happens to be a
// number equals only itself, or version 1.10 would be 1.1. Those that order want plain numbers: not a Kubernetes quantity,
// as 5m may be minutes as well.
const (
	Equals             Operator = "equals"
	NotEquals          Operator = "notEquals"
	OneOf              Operator = "oneOf"
	NotOneOf           Operator = "notOneOf"
	OutputContains     Operator = "outputContains"
	OutputNotContains  Operator = "outputNotContains"
	Regex              Operator = "regex" // RE2; (?m) for ^ and $ at each line
	GreaterThan        Operator = "greaterThan"
	LessThan           Operator = "lessThan"
	GreaterThanOrEqual Operator = "greaterThanOrEqual"
	LessThanOrEqual    Operator = "lessThanOrEqual"
	Between            Operator = "between"    // both ends are inside
	NotBetween         Operator = "notBetween" // both ends are not outside
	Exists             Operator = "exists"     // neither absent, nor null, nor blank
	NotExists          Operator = "notExists"
)

// Operators lists all operators, in the order of the documentation.
func Operators() []Operator {
	return []Operator{
		Equals, NotEquals, OneOf, NotOneOf, OutputContains, OutputNotContains, Regex,
		GreaterThan, LessThan, GreaterThanOrEqual, LessThanOrEqual, Between, NotBetween, Exists, NotExists,
	}
}

// Negated reports whether the operator holds for whatever lacks something, an empty output and an error page included.
func (o Operator) Negated() bool {
	return slices.Contains([]Operator{NotEquals, NotOneOf, OutputNotContains, NotBetween, NotExists}, o)
}

// ordering reports whether the operator compares numbers by size.
func (o Operator) ordering() bool {
	return slices.Contains([]Operator{GreaterThan, LessThan, GreaterThanOrEqual, LessThanOrEqual, Between, NotBetween}, o)
}

// operandCount is how many operands the operator takes; most is -1 for any number.
func (o Operator) operandCount() (least, most int) {
	switch o {
	case Exists, NotExists:
		return 0, 0
	case OneOf, NotOneOf:
		return 1, -1
	case Between, NotBetween:
		return 2, 2
	}
	return 1, 1
}

// phrase tells the comparison in words, after "wanted" and what is compared.
func (o Operator) phrase(operands []string) string {
	if len(operands) == 0 {
		if o == Exists {
			return "exists"
		}
		return "does not exist"
	}
	quoted := make([]string, len(operands))
	for i, operand := range operands {
		quoted[i] = quote(operand)
	}
	switch o {
	case Equals:
		return "equals " + quoted[0]
	case NotEquals:
		return "does not equal " + quoted[0]
	case OneOf:
		return "is one of " + strings.Join(quoted, ", ")
	case NotOneOf:
		return "is none of " + strings.Join(quoted, ", ")
	case OutputContains:
		return "contains " + quoted[0]
	case OutputNotContains:
		return "does not contain " + quoted[0]
	case Regex:
		return "matches regex " + quoted[0]
	case GreaterThan:
		return "> " + operands[0]
	case LessThan:
		return "< " + operands[0]
	case GreaterThanOrEqual:
		return ">= " + operands[0]
	case LessThanOrEqual:
		return "<= " + operands[0]
	case Between:
		return fmt.Sprintf("is between %s and %s", operands[0], operands[1])
	}
	return fmt.Sprintf("is not between %s and %s", operands[0], operands[1])
}
