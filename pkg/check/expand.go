package check

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// expand replaces ${VAR} in a header's value or a body. $${VAR} stands for ${VAR}, and a $ before anything else for itself, as
// bodies of JSON have them. A variable that is not set is a problem: what would be sent without it is not what is meant.
func (m *mapping) expand(node *yaml.Node, field string) string {
	var b strings.Builder
	for rest := node.Value; rest != ""; {
		at := strings.Index(rest, "${")
		if at < 0 {
			b.WriteString(rest)
			break
		}
		line := node.Line + strings.Count(node.Value[:len(node.Value)-len(rest)+at], "\n")
		if node.Style&yaml.LiteralStyle != 0 {
			line++ // the text begins below its |
		}
		if at > 0 && rest[at-1] == '$' {
			b.WriteString(rest[:at-1] + "${")
			rest = rest[at+2:]
			continue
		}
		name, after, closed := strings.Cut(rest[at+2:], "}")
		if !closed || name == "" || strings.Trim(name, letters+"_") != "" || name[0] >= '0' && name[0] <= '9' {
			m.wrongAt(line, field, "has a ${ that no name and } follow: write $${ for the characters themselves")
			return ""
		}
		value, set := "", false
		if m.env != nil {
			value, set = m.env(name)
		}
		if !set {
			m.wrongAt(line, field, "wants ${%s}, and the environment has no %s: set it, or write $${%s} for the characters themselves", name, name, name)
			return ""
		}
		b.WriteString(rest[:at] + value)
		rest = after
	}
	return b.String()
}
