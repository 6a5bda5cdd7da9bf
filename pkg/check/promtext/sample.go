package promtext

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Sample is one line. A histogram and a summary are their lines: name_bucket{le="0.5"},
// name{quantile="0.9"}, name_sum.
type Sample struct {
	Name   string
	Labels map[string]string
	Value  float64
}

// String writes the sample without its value, as PromQL chooses it, with its labels in order.
func (s Sample) String() string {
	var inside []string
	name := s.Name
	if (&reader{text: name}).word(":") != name {
		inside, name = append(inside, strconv.Quote(name)), ""
	}
	for _, label := range slices.Sorted(maps.Keys(s.Labels)) {
		value := strconv.Quote(s.Labels[label])
		if (&reader{text: label}).word("") != label {
			label = strconv.Quote(label)
		}
		inside = append(inside, label+"="+value)
	}
	if len(inside) == 0 {
		return name
	}
	return fmt.Sprintf("%s{%s}", name, strings.Join(inside, ", "))
}
