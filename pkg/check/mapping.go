package check

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// mapping is a mapping of a file whose fields are known.
type mapping struct {
	*file
	what   string // what messages call it: kubectl.logs
	line   int
	names  []string // in the order of the file
	keys   map[string]*yaml.Node
	values map[string]*yaml.Node
}

// mapping reads the fields of a node. Those that are not known are problems, those that are foreign with the reason.
func (f *file) mapping(node *yaml.Node, what string, known []string, foreign map[string]string) (*mapping, bool) {
	m := &mapping{file: f, what: what, line: node.Line, keys: map[string]*yaml.Node{}, values: map[string]*yaml.Node{}}
	if !m.merge(node, 0) {
		return nil, false
	}
	for _, name := range m.names {
		if len(f.problems) > 10*problemsMost {
			break // more than anybody is told
		}
		reason, refused := foreign[name]
		switch {
		case slices.Contains(known, name):
		case refused:
			m.wrong(name, "%s", reason)
		default:
			f.wrongAt(m.keys[name].Line, "", "%s has no field %s%s", what, quote(name), didYouMean(name, known))
		}
	}
	return m, true
}

// merge adds the fields of a mapping to those that are there already, which come first, and follows << as YAML has it.
func (m *mapping) merge(node *yaml.Node, depth int) bool {
	node = resolve(node)
	if node.Kind != yaml.MappingNode {
		m.wrongAt(node.Line, "", "%s has to be a mapping of fields, not %s", m.what, kindOf(node))
		return false
	}
	if m.merges += min(depth, 1); depth > 10 || m.merges > checksMost {
		m.wrongAt(node.Line, "", "%s merges too many mappings into each other", m.what)
		return false
	}
	here := map[string]int{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := resolve(node.Content[i]), node.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode:
			m.wrongAt(key.Line, "", "%s has a field whose name is %s", m.what, kindOf(key))
			return false
		case key.ShortTag() == "!!merge":
			merged = append(merged, value)
			continue
		case here[key.Value] > 0:
			m.wrongAt(key.Line, "", "%s has the field %s twice, first on line %d", m.what, quote(key.Value), here[key.Value])
			return false
		}
		here[key.Value] = max(key.Line, 1)
		if _, overridden := m.keys[key.Value]; !overridden {
			m.names = append(m.names, key.Value)
			m.keys[key.Value], m.values[key.Value] = key, resolve(value)
		}
	}
	for _, value := range merged {
		value = resolve(value)
		from := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			from = value.Content
		}
		for _, node := range from {
			if !m.merge(node, depth+1) {
				return false
			}
		}
	}
	return true
}

// resolve follows an alias to what it stands for.
func resolve(node *yaml.Node) *yaml.Node {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

func kindOf(node *yaml.Node) string {
	switch node = resolve(node); {
	case node.Kind == yaml.MappingNode:
		return "a mapping"
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case node.ShortTag() == "!!null":
		return "nothing"
	}
	return quote(node.Value)
}

func (m *mapping) has(name string) bool { return m.values[name] != nil }

// wrong is a problem of a field: it is told with the field's line.
func (m *mapping) wrong(field, format string, args ...any) {
	m.wrongAt(m.lineOf(field), field, format, args...)
}

func (m *mapping) lineOf(field string) int {
	if key := m.keys[field]; key != nil {
		return key.Line
	}
	return m.line
}
