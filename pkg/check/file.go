package check

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// fileMost bounds a file, in bytes.
	fileMost = 1 << 20
	// checksMost bounds the checks of a file: aliases can make many of a few lines.
	checksMost = 10_000
	// problemsMost is how many problems of a file are told at once.
	problemsMost = 20
)

// ReadFile reads the checks of a file, of one or several documents. Each is a kubectl: block alone, a list of checkpoints, or a
// document with expect:, as Orkestra's E2E files have them, and lock: checks beside them. name is how messages call the
// file. env answers for ${VAR} in headers and bodies.
//
// Nothing is skipped: what is not about a leader is refused by name. The error is made of Problems, each with its line.
func ReadFile(name string, r io.Reader, env func(string) (string, bool)) ([]Checkpoint, error) {
	f := &file{name: name, env: env}
	content, err := io.ReadAll(io.LimitReader(r, fileMost+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(content) > fileMost:
		f.wrongAt(1, "", "the file is larger than %d KiB", fileMost>>10)
		return nil, f.err()
	}
	var checkpoints []Checkpoint
	for _, document := range f.documents(content) {
		checkpoints = append(checkpoints, f.document(document)...)
	}
	if len(f.problems) == 0 && len(checkpoints) == 0 {
		f.wrongAt(1, "", "the file has no checks: it begins with kubectl:, with expect:, or is a list of checkpoints")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return checkpoints, nil
}

// file is a file while it is read. Problems are collected, so that one reading tells them all.
type file struct {
	name     string
	env      func(string) (string, bool)
	checks   int
	merges   int
	problems findings
}

func (f *file) err() error {
	slices.SortStableFunc(f.problems, func(a, b *Problem) int { return a.Line - b.Line })
	if more := len(f.problems) - problemsMost; more > 0 {
		last := f.problems[problemsMost-1]
		f.problems = append(f.problems[:problemsMost], &Problem{Source: last.Source, Message: fmt.Sprintf("and %d more problems from here on", more)})
	}
	return joinProblems(f.problems)
}

func (f *file) wrongAt(line int, field, format string, args ...any) {
	f.problems.wrong(field, format, args...)
	f.problems[len(f.problems)-1].Source = Source{f.name, max(line, 1)}
}

// documents are the roots of the file's documents, without empty ones.
func (f *file) documents(content []byte) (roots []*yaml.Node) {
	if line := badCharacter(content); line > 0 {
		f.wrongAt(line, "", "the file has a character that YAML does not allow; it has to be text in UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		switch {
		case errors.Is(err, io.EOF):
			return roots
		case err != nil:
			line, message := yamlProblem(err, string(content))
			f.wrongAt(line, "", "the file is not YAML: %s", escape(message))
			return nil
		}
		if len(document.Content) == 1 && document.Content[0].ShortTag() != "!!null" {
			roots = append(roots, document.Content[0])
		}
	}
}

// badCharacter is the line of the first byte that the parser would refuse without telling where, 0 if there is none.
func badCharacter(content []byte) int {
	line := 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		switch {
		case r == '\n':
			line++
		case r == utf8.RuneError && size < 2, r < ' ' && r != '\t' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
			return line
		}
		content = content[size:]
	}
	return 0
}

// yamlProblem takes the parser's message apart. It counts lines from 0 in some of them, and tells none in others.
func yamlProblem(err error, content string) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	if found := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1])
		message = strings.TrimPrefix(message, found[0])
	}
	if strings.HasPrefix(message, "did not find expected") {
		line++
	}
	if _, rest, found := strings.Cut(message, "unknown anchor '"); found && line == 0 {
		anchor, _, _ := strings.Cut(rest, "'")
		if before, _, found := strings.Cut(content, "*"+anchor); found {
			line = strings.Count(before, "\n") + 1
		}
	}
	return min(max(line, 1), strings.Count(content, "\n")+1), message
}
