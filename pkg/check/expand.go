package check

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Expand replaces ${VAR} in the value of a header or in a body by what env says. $${VAR} stands for
// ${VAR}, and a $ before anything else for itself, as bodies of JSON have them. A variable that is
// not set is an error: what would be sent without it is not what is meant.
func Expand(text string, env func(name string) (string, bool)) (string, error) {
	expanded, _, problem := expand(text, env)
	if problem != "" {
		return "", errors.New(problem)
	}
	return expanded, nil
}

// expand also returns what is wrong, and at which byte; "" when nothing is.
func expand(text string, env func(string) (string, bool)) (expanded string, at int, problem string) {
	var b strings.Builder
	for rest := text; rest != ""; {
		begin := strings.Index(rest, "${")
		if begin < 0 {
			b.WriteString(rest)
			break
		}
		at = len(text) - len(rest) + begin
		if begin > 0 && rest[begin-1] == '$' {
			b.WriteString(rest[:begin-1] + "${")
			rest = rest[begin+2:]
			continue
		}
		name, after, closed := strings.Cut(rest[begin+2:], "}")
		if !closed || name == "" || strings.Trim(name, letters+"_") != "" || name[0] >= '0' && name[0] <= '9' {
			return "", at, "has a ${ that no name and } follow: write $${ for the characters themselves"
		}
		value, set := "", false
		if env != nil {
			value, set = env(name)
		}
		if !set {
			return "", at, fmt.Sprintf("wants ${%s}, and the environment has no %s: set it, or write $${%s} for the characters themselves", name, name, name)
		}
		b.WriteString(rest[:begin] + value)
		rest = after
	}
	return b.String(), 0, ""
}

// expand is Expand for a field of a file.
func (m *mapping) expand(node *yaml.Node, field string) string {
	expanded, at, problem := expand(node.Value, m.env)
	if problem != "" {
		line := node.Line + strings.Count(node.Value[:at], "\n")
		if node.Style&yaml.LiteralStyle != 0 {
			line++ // the text begins below its |
		}
		m.wrongAt(line, field, "%s", problem)
	}
	return expanded
}
