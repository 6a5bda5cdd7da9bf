package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/itchyny/gojq"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

const (
	// programMost bounds a program, in bytes: the compiler recurses.
	programMost = 64 << 10
	// resultsMost bounds what a program may produce.
	resultsMost = 10_000
	// runMost bounds how long a program runs, as one without end may take all memory long before the context's deadline.
	runMost = 2 * time.Second
)

var errEnvironment = errors.New("reads the environment, which a check does not have")

// notJSON is evidence that a program cannot be run on.
type notJSON struct{ reason string }

func (e *notJSON) Error() string { return e.reason }

// CompileJQ compiles a program that is run in this process, without environment, files, modules or further input.
//
// A path may leave out the dot that begins it: state is .state, items[0].name is .items[0].name, and length is .length, too
// (. | length is the function). Whatever else compiles as jq is jq, and what does not is tried with a dot before it, so that
// `items | length` is read as the E2E schema has it.
func CompileJQ(program string) (*Extractor, error) {
	code, err := compileJQ(program)
	if err != nil {
		return nil, err
	}
	return &Extractor{Language: "jq", Program: program, extract: func(ctx context.Context, evidence []byte) ([]Value, error) {
		return runJQ(ctx, code, func() ([]any, error) { return decodeJSON(evidence) })
	}}, nil
}

// CompileYQ compiles a jq program for evidence in YAML. JSON is YAML, too.
func CompileYQ(program string) (*Extractor, error) {
	code, err := compileJQ(program)
	if err != nil {
		return nil, err
	}
	return &Extractor{Language: "yq", Program: program, extract: func(ctx context.Context, evidence []byte) ([]Value, error) {
		return runJQ(ctx, code, func() ([]any, error) { return decodeYAML(evidence) })
	}}, nil
}

func compileJQ(program string) (*gojq.Code, error) {
	program = strings.TrimSpace(program)
	bare, err := regexp.MatchString(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\.?\[[^\[\]|]*\]|\?)*$`, program)
	switch {
	case err != nil:
		return nil, err
	case program == "":
		return nil, errors.New("is empty: . is the whole output")
	case len(program) > programMost:
		return nil, fmt.Errorf("is longer than %d KiB", programMost>>10)
	case bare:
		return compileExact("." + program)
	}
	code, err := compileExact(program)
	if err == nil || errors.Is(err, errEnvironment) || strings.HasPrefix(program, ".") {
		return code, err
	}
	if code, dotErr := compileExact("." + program); dotErr == nil {
		return code, nil
	}
	return nil, err
}

func compileExact(program string) (*gojq.Code, error) {
	query, err := gojq.Parse(program)
	if err != nil {
		return nil, fmt.Errorf("is not a jq program: %w in %s", err, quote(program))
	}
	environment := false
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(func() []string {
		environment = true
		return nil
	}))
	switch {
	case err != nil:
		return nil, fmt.Errorf("is not a jq program: %w in %s%s", err, quote(program), hyphenHint(program))
	case environment:
		return nil, errEnvironment
	}
	return code, nil
}

// hyphenHint is for the usual reason why a function is not defined: .my-key subtracts key from .my.
func hyphenHint(program string) string {
	if path := strings.TrimPrefix(program, "."); strings.Contains(path, "-") && strings.Trim(path, "-._"+letters) == "" {
		return fmt.Sprintf(" (a name with a hyphen is quoted: .[%q])", path)
	}
	return ""
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// runJQ runs a program until it ends or the time is up. gojq looks at its context between steps only, and one step can
// take long: it is left behind then.
func runJQ(ctx context.Context, code *gojq.Code, decode func() ([]any, error)) ([]Value, error) {
	ctx, cancel := context.WithTimeout(ctx, runMost)
	defer cancel()
	type answer struct {
		values []Value
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		inputs, err := decode()
		if err != nil {
			answers <- answer{nil, err}
			return
		}
		values, err := stepJQ(ctx, code, inputs)
		answers <- answer{values, err}
	}()
	select {
	case a := <-answers:
		return a.values, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("the program did not end in time: %w", ctx.Err())
	}
}

func stepJQ(ctx context.Context, code *gojq.Code, inputs []any) ([]Value, error) {
	var values []Value
	size := 0
	for _, input := range inputs {
		for iter := code.RunWithContext(ctx, input); ; {
			result, ok := iter.Next()
			if !ok {
				break
			}
			if err, failed := result.(error); failed {
				if ctx.Err() != nil {
					return nil, fmt.Errorf("the program did not end in time: %w", err)
				}
				return nil, err
			}
			if len(values) == resultsMost {
				return nil, fmt.Errorf("the program has more than %d results", resultsMost)
			}
			value := fromJSON(result)
			if size += len(value.plain); size > evidenceMost {
				return nil, fmt.Errorf("the program's results are longer than %d MiB", evidenceMost>>20)
			}
			values = append(values, value)
		}
	}
	return values, nil
}

// decodeJSON reads one JSON value after another, as jq does.
func decodeJSON(evidence []byte) ([]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(evidence))
	decoder.UseNumber() // as written, or large integers would lose their last digits
	var inputs []any
	for {
		var input any
		err := decoder.Decode(&input)
		switch {
		case errors.Is(err, io.EOF) && len(inputs) > 0:
			return inputs, nil
		case errors.Is(err, io.EOF):
			return nil, &notJSON{"the output is empty, not JSON"}
		case err != nil:
			return nil, &notJSON{"the output is not JSON: " + err.Error()}
		}
		inputs = append(inputs, input)
	}
}

// decodeYAML reads one document after another. They are split by the parser, as a line of dashes may also be text.
func decodeYAML(evidence []byte) ([]any, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(evidence))
	var inputs []any
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF) && len(inputs) > 0:
			return inputs, nil
		case errors.Is(err, io.EOF):
			return nil, &notJSON{"the output is empty, not YAML"}
		case err != nil:
			return nil, &notJSON{"the output is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
		}
		single, err := yaml.Marshal(&document)
		if err != nil {
			return nil, &notJSON{"the output is not YAML: " + err.Error()}
		}
		converted, err := sigsyaml.YAMLToJSON(single)
		if err != nil {
			return nil, &notJSON{"the output is not YAML that JSON can express: " + strings.TrimPrefix(err.Error(), "yaml: ")}
		}
		values, err := decodeJSON(converted)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, values...)
	}
}
