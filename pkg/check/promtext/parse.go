package promtext

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads all samples, in their order. An error names the line. The last line must have its
// end: without it the text is cut off.
func Parse(text []byte) ([]Sample, error) {
	var samples []Sample
	rest, number := string(text), 0
	for rest != "" {
		line, next, whole := strings.Cut(rest, "\n")
		rest = next
		number++
		r := &reader{text: line}
		r.blank()
		if r.text == "" {
			continue
		}
		if !whole {
			return nil, fmt.Errorf("in line %d: unexpected end of input", number)
		}
		if strings.HasPrefix(r.text, "#") {
			continue
		}
		s, err := r.sample()
		if err != nil {
			return nil, fmt.Errorf("in line %d: %w", number, err)
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// reader has what is left of a line.
type reader struct{ text string }

// sample reads name{label="value",...} value, and a timestamp where there is one.
func (r *reader) sample() (Sample, error) {
	if !utf8.ValidString(r.text) {
		return Sample{}, errors.New("invalid UTF-8")
	}
	s := Sample{Name: r.word(":"), Labels: map[string]string{}}
	r.blank()
	if r.skip("{") {
		if err := r.labels(&s); err != nil {
			return s, err
		}
	}
	if s.Name == "" {
		return s, errors.New("invalid metric name")
	}
	return s, r.value(&s)
}

// labels reads up to the closing brace. A name that stands there in quotes, without a value, is the
// metric's.
func (r *reader) labels(s *Sample) error {
	for {
		r.blank()
		if r.skip("}") {
			return nil
		}
		label, quoted, err := r.label()
		if err != nil {
			return fmt.Errorf("invalid label name for metric %q: %w", s.Name, err)
		}
		switch r.blank(); {
		case r.skip("="):
			if err := r.labelValue(s, label); err != nil {
				return err
			}
		case quoted && s.Name == "":
			s.Name = label
		default:
			return fmt.Errorf("expected '=' after label name %q", label)
		}
		if r.blank(); !r.skip(",") && !strings.HasPrefix(r.text, "}") {
			return fmt.Errorf("expected ',' or '}' after label %q", label)
		}
	}
}

func (r *reader) label() (name string, quoted bool, err error) {
	if strings.HasPrefix(r.text, `"`) {
		name, err = r.quoted()
		return name, true, err
	}
	if name = r.word(""); name == "" {
		return "", false, errors.New("expected a letter or '_'")
	}
	return name, false, nil
}

func (r *reader) labelValue(s *Sample, label string) error {
	r.blank()
	value, err := r.quoted()
	if err != nil {
		return fmt.Errorf("value of label %q: %w", label, err)
	}
	if _, twice := s.Labels[label]; twice {
		return fmt.Errorf("duplicate label %q", label)
	}
	s.Labels[label] = value
	return nil
}

// value reads the rest of the line.
func (r *reader) value(s *Sample) error {
	fields := strings.FieldsFunc(r.text, func(c rune) bool { return c == ' ' || c == '\t' })
	if len(fields) == 0 {
		return errors.New("expected float as value, got nothing")
	}
	var err error
	// Go also reads 0x1p-2 and 1_000, which Prometheus does not.
	if s.Value, err = strconv.ParseFloat(fields[0], 64); err != nil || strings.ContainsAny(fields[0], "pP_") {
		return fmt.Errorf("expected float as value, got %q", fields[0])
	}
	if len(fields) > 1 {
		if _, err := strconv.ParseInt(fields[1], 10, 64); err != nil {
			return fmt.Errorf("expected integer as timestamp, got %q", fields[1])
		}
	}
	if len(fields) > 2 {
		return fmt.Errorf("spurious string after timestamp: %q", fields[2])
	}
	return nil
}
