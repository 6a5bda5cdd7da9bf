package check

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

func (e entry) extractor() (extractor *Extractor) {
	for _, of := range []struct {
		name    string
		compile func(string) (*Extractor, error)
	}{{"jq", CompileJQ}, {"yq", CompileYQ}, {"metric", CompileMetric}} {
		program, ok := e.scalar(of.name, "a text")
		if !ok || !slices.Contains(entryFields(e.list), of.name) {
			continue
		}
		if extractor != nil {
			e.wrong(of.name, "contradicts %s: one of them says what the operators compare", extractor.Language)
			continue
		}
		compiled, err := of.compile(program)
		if err != nil {
			e.wrong(of.name, "%v", err)
			continue
		}
		extractor = compiled
	}
	return extractor
}

func (e entry) assertions() (assertions []Assertion) {
	for _, name := range e.names {
		operator := Operator(name)
		if !slices.Contains(Operators(), operator) || !slices.Contains(entryFields(e.list), name) {
			continue
		}
		operands, ok := e.operands(operator)
		if !ok {
			continue
		}
		assertion, err := NewAssertion(operator, operands...)
		if err != nil {
			e.wrong(name, "%v", err)
			continue
		}
		assertions = append(assertions, assertion)
	}
	return assertions
}

// operands are what an operator compares with. As in the E2E schema a range is "LOW,HIGH"; a list of two is one, too.
func (e entry) operands(operator Operator) ([]string, bool) {
	name, before := string(operator), len(e.problems)
	least, most := operator.operandCount()
	list := e.values[name].Kind == yaml.SequenceNode
	switch {
	case most == 0:
		if !e.flag(name) && len(e.problems) == before {
			e.wrong(name, "is true or left out; %s: true is the opposite", map[Operator]Operator{Exists: NotExists, NotExists: Exists}[operator])
		}
		return nil, len(e.problems) == before
	case most < 0, least == 2 && list:
		texts := e.texts(name, "[one, two]")
		return texts, len(e.problems) == before
	case list:
		e.wrong(name, "wants one value; oneOf takes a list")
		return nil, false
	case e.values[name].Kind == yaml.MappingNode:
		e.wrong(name, "wants a text: write JSON in quotes, like '{\"ready\":true}'")
		return nil, false
	case e.values[name].ShortTag() == "!!null":
		e.wrong(name, `has no value: write %s: "" for an empty output, or %s: "null" for null`, name, name)
		return nil, false
	}
	text, ok := e.scalar(name, "a text")
	return []string{text}, ok
}
