package report

import (
	"bytes"
	"errors"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test ./pkg/check/report -update writes it anew):\n%s", path, diff)
	}
}

func write(t *testing.T, format Format, r check.Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(format, &out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGolden(t *testing.T) {
	for name, r := range cases(t) {
		for _, format := range Formats() {
			golden(t, name+"."+string(format), write(t, format, r))
		}
	}
}

// TestNothingObeyed: no format lets anything through that a terminal or the runner of GitHub obeys.
func TestNothingObeyed(t *testing.T) {
	r := cases(t)["hostile"]
	for _, format := range Formats() {
		text := write(t, format, r)
		if !utf8.ValidString(text) {
			t.Errorf("%s is not UTF-8", format)
		}
		if at := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }); at >= 0 {
			t.Errorf("%s has %q", format, text[at:min(len(text), at+20)])
		}
		for line := range strings.Lines(text) {
			own := format == GitHub && strings.HasPrefix(line, "::") // which have a test of their own
			if !own && strings.HasPrefix(strings.TrimLeft(line, " \t"), "::") || strings.Contains(line, "##[") {
				t.Errorf("%s has a command: %s", format, line)
			}
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	err := Write("yaml", &bytes.Buffer{}, check.Report{})
	if want := `"yaml" is no format of a report: github, json, junit, tap, text`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

type full struct{}

var errFull = errors.New("disk full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	for _, format := range Formats() {
		if err := Write(format, full{}, cases(t)["holds"]); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestGoldenFilesAreUsed(t *testing.T) {
	used := slices.Collect(maps.Keys(cases(t)))
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name, _, _ := strings.Cut(filepath.Base(file), "."); !slices.Contains(used, name) && !strings.HasPrefix(name, "live") {
			t.Errorf("%s is of no test", file)
		}
	}
}
