package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Status is a set of HTTP statuses. The zero Status leaves it open.
type Status struct {
	parts []statusRange
}

type statusRange struct {
	text     string
	low, top int
}

// ParseStatus reads statuses: numbers (200), classes (2xx) and lists of both (200,404).
func ParseStatus(texts ...string) (Status, error) {
	var s Status
	for _, text := range strings.Split(strings.Join(texts, ","), ",") {
		part := strings.ToLower(strings.TrimSpace(text))
		if len(part) == 3 && '1' <= part[0] && part[0] <= '5' {
			if number, err := strconv.Atoi(part); err == nil {
				s.parts = append(s.parts, statusRange{part, number, number})
				continue
			}
			if part[1:] == "xx" {
				class := int(part[0]-'0') * 100
				s.parts = append(s.parts, statusRange{part, class, class + 99})
				continue
			}
		}
		return Status{}, fmt.Errorf("wants statuses like 200, 2xx or a list of them, not %s", quote(text))
	}
	return s, nil
}

// Contains reports whether a status is in the set; in the zero Status all are.
func (s Status) Contains(status int) bool {
	return s.isZero() || slices.ContainsFunc(s.parts, func(part statusRange) bool { return part.low <= status && status <= part.top })
}

// String is what a message calls the set: "status 2xx".
func (s Status) String() string {
	if s.isZero() {
		return "any status"
	}
	texts := make([]string, len(s.parts))
	for i, part := range s.parts {
		texts[i] = part.text
	}
	return "status " + strings.Join(texts, " or ")
}

func (s Status) isZero() bool { return len(s.parts) == 0 }

// wantsStatus is the status that an answer has to have, by what is asserted of it.
func (s Spec) wantsStatus() Status {
	switch {
	case s.HTTP == nil:
		return Status{}
	case !s.HTTP.Status.isZero():
		return s.HTTP.Status
	}
	for _, assertion := range s.Assertions {
		if !assertion.Operator.Negated() {
			return Status{}
		}
	}
	return Status{parts: []statusRange{{"2xx", 200, 299}}}
}
