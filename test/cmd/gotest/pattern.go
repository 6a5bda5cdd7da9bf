package main

import (
	"regexp"
	"slices"
	"strings"
)

// runPattern is the argument of -run that selects tests. A pattern has one level for all tests, so
// the parts of tests are selected only where all of them have parts.
func runPattern(names []string) string {
	var tests, parts []string
	for _, name := range names {
		test, rest, isPart := strings.Cut(name, "/")
		tests = append(tests, test)
		if isPart {
			part, _, _ := strings.Cut(rest, "/")
			parts = append(parts, part)
		}
	}
	pattern := anyOf(tests)
	if len(parts) == len(names) {
		pattern += "/" + anyOf(parts)
	}
	return pattern
}

func anyOf(names []string) string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, regexp.QuoteMeta(name))
	}
	slices.Sort(quoted)
	return "^(" + strings.Join(slices.Compact(quoted), "|") + ")$"
}
