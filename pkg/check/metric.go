package check

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/check/promtext"
)

// samplesShown is how many samples a message lists.
const samplesShown = 5

// CompileMetric compiles a selector of one sample in the text format of Prometheus: name, or name{label="x",other=~"re"}.
// Histograms and summaries are their lines: name_bucket{le="0.5"}, name{quantile="0.9"}, name_sum, name_count. No such
// sample is an absent value, several are an error that lists them.
func CompileMetric(text string) (*Extractor, error) {
	s, err := parseSelector(text)
	if err != nil {
		return nil, err
	}
	return &Extractor{Language: "metric", Program: text, extract: func(_ context.Context, evidence []byte) ([]Value, error) {
		value, err := s.choose(evidence)
		if err != nil {
			return nil, err
		}
		return []Value{value}, nil
	}}, nil
}

func (s selector) choose(evidence []byte) (Value, error) {
	samples, err := promtext.Parse(evidence)
	if err != nil {
		return Value{}, fmt.Errorf("the output is not metrics in the text format of Prometheus: %w", err)
	}
	samples = slices.DeleteFunc(samples, func(sample promtext.Sample) bool { return !s.matches(sample) })
	switch len(samples) {
	case 0:
		return Value{}, nil
	case 1:
		return Value{form: numeric, plain: formatSample(samples[0].Value)}, nil
	}
	names := make([]string, len(samples))
	for i, sample := range samples {
		names[i] = escape(sample.String())
	}
	slices.Sort(names)
	if more := len(names) - samplesShown; more > 0 {
		names = append(names[:samplesShown], fmt.Sprintf("and %d more", more))
	}
	return Value{}, fmt.Errorf("it chooses %d samples, and its labels have to leave one: %s", len(samples), strings.Join(names, ", "))
}

// formatSample writes a count without an exponent, all else as Prometheus does.
func formatSample(value float64) string {
	if value == math.Trunc(value) && math.Abs(value) < 1e15 {
		return strconv.FormatFloat(value, 'f', 0, 64)
	}
	return strconv.FormatFloat(value, 'g', -1, 64)
}
