// Package docstest lets tests read the pages of docs/, and write those parts of them that are made from the code.
package docstest

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated pages of docs/ anew")

// Updating reports whether generated pages are to be written, not only compared.
func Updating() bool { return *update }

// Path is a file of the repository, as seen from the folder of a package's tests.
func Path(t *testing.T, names ...string) string {
	t.Helper()
	for dir := "."; len(dir) < 100; dir = filepath.Join("..", dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(append([]string{dir}, names...)...)
		}
	}
	t.Fatal("there is no go.mod above this folder")
	return ""
}

// Read reads a page.
func Read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: make docs writes what is generated", err)
	}
	return string(text)
}

// Compare compares a generated page with the file.
func Compare(t *testing.T, path, page string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(page, Read(t, path)); diff != "" {
		t.Errorf("%s is not what the code says; make docs writes it anew (-code +page):\n%s", path, diff)
	}
}

// ComparePart compares a generated part of a page with what stands between its marks in the file.
func ComparePart(t *testing.T, path, part, want string) {
	t.Helper()
	begin, end := "<!-- "+part+", written by make docs -->\n", "<!-- end -->"
	before, rest, found := strings.Cut(Read(t, path), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no %q", path, begin)
	}
	Compare(t, path, before+begin+want+end+after)
}

// Row is a row of a table, by the names of its columns.
type Row map[string]string

// Tables reads the tables below a heading, down to the next one; each row has its columns by their names.
func Tables(page, heading string) (rows []Row) {
	var columns []string
	for line := range strings.SplitSeq(Section(page, heading), "\n") {
		if !strings.HasPrefix(line, "|") {
			columns = nil
			continue
		}
		cells := cellsOf(line)
		switch {
		case columns == nil:
			columns = cells
		case strings.Trim(line, "|-") != "":
			row := Row{}
			for i, cell := range cells {
				row[columns[min(i, len(columns)-1)]] = cell
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func cellsOf(line string) (cells []string) {
	const bar = "\x00"
	line = strings.Trim(strings.ReplaceAll(line, `\|`, bar), "|")
	for cell := range strings.SplitSeq(line, "|") {
		cells = append(cells, strings.TrimSpace(strings.ReplaceAll(cell, bar, "|")))
	}
	return cells
}

// Section is what stands below a heading, down to the next one of its level or above; "" where there is no such heading.
func Section(page, heading string) string {
	level := strings.IndexByte(heading, ' ')
	var lines []string
	inside, code := false, false
	for line := range strings.SplitSeq(page, "\n") {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if at := strings.IndexByte(line, ' '); !code && at > 0 && strings.Trim(line[:at], "#") == "" && (!inside || at <= level) {
			inside = line == heading
			continue
		}
		if inside {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

var code = regexp.MustCompile("`([^`]+)`")

// Codes are the parts of a text that are set as code.
func Codes(text string) (codes []string) {
	for _, found := range code.FindAllStringSubmatch(text, -1) {
		codes = append(codes, found[1])
	}
	return codes
}

// Blocks are the fenced blocks of a language in a page.
func Blocks(page, language string) (blocks []string) {
	var lines []string
	open := ""
	for line := range strings.SplitSeq(page, "\n") {
		switch {
		case open == "" && strings.HasPrefix(line, "```"):
			open, lines = line, nil
		case open != "" && line == "```":
			if open == "```"+language {
				blocks = append(blocks, strings.Join(lines, "\n")+"\n")
			}
			open = ""
		default:
			lines = append(lines, line)
		}
	}
	return blocks
}

// Headings are the headings of a level, such as "## ".
func Headings(page, level string) (headings []string) {
	for line := range strings.SplitSeq(page, "\n") {
		if strings.HasPrefix(line, level) && !slices.Contains(headings, line) {
			headings = append(headings, line)
		}
	}
	return headings
}

// Sources are the parsed files of a package, without its tests.
func Sources(t *testing.T, dir string) (files []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
