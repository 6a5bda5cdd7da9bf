package check

import (
	"regexp"
	"slices"

	"github.com/kubectl-leader/kubectl-leader/pkg/check/promtext"
)

// selector chooses samples by name and labels, as PromQL does.
type selector struct {
	name     string
	matchers []matcher
}

type matcher struct {
	label, operator, value string
	pattern                *regexp.Regexp // of =~ and !~
}

// matches: a label that is not there is an empty one, as in Prometheus.
func (m matcher) matches(value string) bool {
	switch m.operator {
	case "=":
		return m.same(value)
	case "!=":
		return !m.same(value)
	case "=~":
		return m.pattern.MatchString(value)
	}
	return !m.pattern.MatchString(value)
}

// same compares the bounds of histograms and summaries as numbers: le="1" and le="1.0" are one
// bucket.
func (m matcher) same(value string) bool {
	if m.label == "le" || m.label == "quantile" {
		got, ok := parseNumber(value)
		want, also := parseNumber(m.value)
		if ok && also {
			return got.compare(want) == 0
		}
	}
	return value == m.value
}

func (s selector) matches(sample promtext.Sample) bool {
	return sample.Name == s.name && !slices.ContainsFunc(s.matchers, func(m matcher) bool {
		return !m.matches(sample.Labels[m.label])
	})
}
