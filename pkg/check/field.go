package check

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// scalar is the text of a field, as it is written: equals: 1.10 is 1.10.
func (m *mapping) scalar(name, wants string) (string, bool) {
	node := m.values[name]
	switch {
	case node == nil:
		return "", false
	case node.Kind != yaml.ScalarNode || node.ShortTag() == "!!null":
		m.wrong(name, "wants %s, not %s", wants, kindOf(node))
		return "", false
	case node.ShortTag() == "!!bool":
		return strings.ToLower(node.Value), true
	}
	return node.Value, true
}

// text is a scalar that says something.
func (m *mapping) text(name string) string {
	text, ok := m.scalar(name, "a text")
	if ok && text == "" {
		m.wrong(name, "is empty: leave it out, or say something")
	}
	return text
}

func (m *mapping) flag(name string) bool {
	text, ok := m.scalar(name, "true")
	if ok && text != "true" && text != "false" {
		m.wrong(name, "is true or false, not %s", quote(text))
	}
	return text == "true"
}

func (m *mapping) number(name string) (int, bool) {
	text, ok := m.scalar(name, "a number")
	if !ok {
		return 0, false
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		m.wrong(name, "wants a number, not %s", quote(text))
	}
	return number, err == nil
}

// duration reads what Go and kubectl do: 10s, 1m30s.
func (m *mapping) duration(name string) (time.Duration, bool) {
	text, ok := m.scalar(name, "a duration, like 10s")
	if !ok {
		return 0, false
	}
	duration, err := time.ParseDuration(text)
	switch _, number := parseNumber(text); {
	case err != nil && number:
		m.wrong(name, "has no unit: write %ss for seconds", text)
	case err != nil:
		m.wrong(name, "wants a duration, like 10s or 1m30s, not %s", quote(text))
	case duration < 0:
		m.wrong(name, "cannot be negative")
	default:
		return duration, true
	}
	return 0, false
}

// positive is a duration that is not 0.
func (m *mapping) positive(name string) time.Duration {
	duration, ok := m.duration(name)
	if ok && duration == 0 {
		m.wrong(name, "has to be more than 0: leave it out, or write one like 10s")
	}
	return duration
}

// texts is a list of texts.
func (m *mapping) texts(name, example string) (texts []string) {
	node := m.values[name]
	switch {
	case node == nil:
		return nil
	case node.Kind != yaml.SequenceNode:
		m.wrong(name, "wants a list, like %s, not %s", example, kindOf(node))
		return nil
	}
	for _, item := range node.Content {
		item = resolve(item)
		if item.Kind != yaml.ScalarNode || item.ShortTag() == "!!null" {
			m.wrongAt(item.Line, name, "wants a list of texts, like %s, with %s in quotes", example, kindOf(item))
			return nil
		}
		texts = append(texts, item.Value)
	}
	return texts
}

// items are the nodes of a list of mappings.
func (m *mapping) items(name string) []*yaml.Node {
	node := m.values[name]
	switch {
	case node == nil:
		return nil
	case node.Kind != yaml.SequenceNode:
		m.wrong(name, "wants a list with a dash before each entry, not %s", kindOf(node))
		return nil
	case len(node.Content) == 0:
		m.wrong(name, "is empty: leave it out, or assert something")
	}
	return node.Content
}
