package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Extractor takes a value out of evidence. CompileJQ, CompileYQ and CompileMetric make one, and find all that can never
// work; what Extract fails with may pass with the next evidence.
type Extractor struct {
	// Language is jq, yq or metric: the name of the field and of the flag.
	Language string
	// Program is what the user wrote.
	Program string

	extract func(ctx context.Context, evidence []byte) ([]Value, error)
}

// String is how messages name the extractor: `jq state`.
func (e *Extractor) String() string { return e.Language + " " + cut(e.Program) }

// Extract takes the value out of a whole output. Several results of jq or yq are one text with a line for each, as
// jq -r prints them, and so are compared as a whole; [.items[].name] makes one array of them.
func (e *Extractor) Extract(ctx context.Context, evidence []byte) (Value, error) {
	values, err := e.extract(ctx, evidence)
	if err != nil {
		return Value{}, fmt.Errorf("%s: %w", e, err)
	}
	return join(values), nil
}

// ExtractLines takes a value out of each line, for logs: lines that are not JSON, such as those of a library that logs in
// its own way, are passed over. No such line at all is an error.
func (e *Extractor) ExtractLines(ctx context.Context, evidence []byte) (Value, error) {
	var values []Value
	found := false
	for line := range bytes.Lines(evidence) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || !startsJSON(line[0]) {
			continue
		}
		results, err := e.extract(ctx, line)
		switch {
		case errors.As(err, new(*notJSON)):
			continue
		case err != nil:
			return Value{}, fmt.Errorf("%s: %w", e, err)
		}
		found = true
		values = append(values, results...)
	}
	if !found {
		return Value{}, fmt.Errorf("%s: no line of the log is JSON", e)
	}
	return join(values), nil
}

// startsJSON tells most lines of text from JSON without parsing them. Only objects and arrays count: a number at the
// beginning of a line is more often a date.
func startsJSON(b byte) bool { return b == '{' || b == '[' }

func join(values []Value) Value {
	if len(values) == 1 {
		return values[0]
	}
	lines := make([]string, len(values))
	for i, value := range values {
		lines[i] = value.plain
	}
	return Text(strings.Join(lines, "\n"))
}
