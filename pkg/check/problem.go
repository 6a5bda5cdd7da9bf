package check

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Source is where in a file something is written. The zero Source is no file: a command line.
type Source struct {
	File string
	Line int // from 1
}

func (s Source) String() string {
	if s.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

// Problem is why a check cannot be run as it is written, and what to write instead.
type Problem struct {
	Source
	// Field is the field at fault, as a file names it; "" where it is none in particular. The message goes on from it; it has
	// the fields that it mentions in backquotes, for NameFields.
	Field   string
	Message string
}

// fieldNames finds the fields that a message mentions.
var fieldNames = regexp.MustCompile("`([a-zA-Z]+)`")

// NameFields writes a message of this package for who does not write fields but something else for them: flags, for one.
func NameFields(message string, name func(field string) string) string {
	return fieldNames.ReplaceAllStringFunc(message, func(quoted string) string {
		field := strings.Trim(quoted, "`")
		for _, list := range kubectlFields() {
			if slices.Contains(entryFields(list), field) {
				return name(field)
			}
		}
		return quoted // a user's text
	})
}

func (p *Problem) Error() string {
	text := NameFields(p.Message, func(field string) string { return field })
	if p.Field != "" {
		text = p.Field + " " + text
	}
	if p.File == "" {
		return text
	}
	return p.Source.String() + ": " + text
}

// findings are problems whose source is not known where they are found.
type findings []*Problem

func (f *findings) wrong(field, format string, args ...any) {
	*f = append(*f, &Problem{Field: field, Message: fmt.Sprintf(format, args...)})
}

// Problems lists the problems that an error of this package is made of.
func Problems(err error) []*Problem {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		var one *Problem
		if errors.As(err, &one) {
			return []*Problem{one}
		}
		return nil
	}
	var problems []*Problem
	for _, err := range joined.Unwrap() {
		problems = append(problems, Problems(err)...)
	}
	return problems
}

func joinProblems(problems []*Problem) error {
	errs := make([]error, len(problems))
	for i, problem := range problems {
		errs[i] = problem
	}
	return errors.Join(errs...)
}
