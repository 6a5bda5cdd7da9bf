package crilog

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock advances by a nanosecond at each call.
func clock() func() time.Time {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.FixedZone("east", 3600))
	return func() time.Time {
		now = now.Add(1)
		return now
	}
}

func newFile(t *testing.T, maxSize int64) (*File, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "0.log")
	file, err := Create(path, maxSize, clock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file, path
}

func write(t *testing.T, s *Stream, text string) {
	t.Helper()
	if _, err := s.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEntriesAreInCRIFormat(t *testing.T) {
	file, path := newFile(t, 1<<20)
	stdout, stderr := file.Stdout(), file.Stderr()
	write(t, stdout, "one\ntw")
	write(t, stderr, "warning\n")
	write(t, stdout, "o\n\nlast")
	if err := stdout.Flush(); err != nil {
		t.Fatal(err)
	}
	want := `2026-11-20T14:00:00.000000001Z stdout F one
2026-11-20T14:00:00.000000002Z stderr F warning
2026-11-20T14:00:00.000000003Z stdout F two
2026-11-20T14:00:00.000000004Z stdout F 
2026-11-20T14:00:00.000000005Z stdout F last
`
	if got := read(t, path); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestLongLinesAreWrittenInParts(t *testing.T) {
	for _, test := range []struct {
		length int
		tags   string
	}{
		{maxLine - 1, "F"}, {maxLine, "F"}, {maxLine + 1, "PF"}, {2 * maxLine, "PF"}, {2*maxLine + 1, "PPF"},
	} {
		for _, chunk := range []int{1 << 20, 1000} {
			file, path := newFile(t, 1<<30)
			stream := file.Stdout()
			line := strings.Repeat("x", test.length) + "\n"
			for part := range slices.Chunk([]byte(line), chunk) {
				write(t, stream, string(part))
			}
			tags, length := "", 0
			for entry := range strings.Lines(read(t, path)) {
				fields := strings.SplitN(strings.TrimSuffix(entry, "\n"), " ", 4)
				tags += fields[2]
				length += len(fields[3])
			}
			if tags != test.tags || length != test.length {
				t.Errorf("line of %d in chunks of %d: want tags %s, got %s with %d bytes", test.length, chunk, test.tags, tags, length)
			}
		}
	}
}

func TestRotationLosesNothing(t *testing.T) {
	file, path := newFile(t, 2000)
	var group sync.WaitGroup
	group.Go(func() {
		stream := file.Stdout()
		for i := range 500 {
			write(t, stream, fmt.Sprintf("line %d\n", i))
		}
	})
	for range 20 {
		if err := file.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()

	rotated, err := filepath.Glob(path + ".*")
	if err != nil {
		t.Fatal(err)
	}
	if len(rotated) < 20+500*40/2000 {
		t.Errorf("want at least a file for each rotation by hand and by size, got %d", len(rotated))
	}
	slices.Sort(rotated)
	next := 0
	for _, name := range append(rotated, path) {
		text := read(t, name)
		if len(text) > 2000 {
			t.Errorf("%s: %d bytes are more than the limit", name, len(text))
		}
		for line := range strings.Lines(text) {
			if !strings.HasSuffix(line, fmt.Sprintf(" stdout F line %d\n", next)) {
				t.Fatalf("%s: want line %d, got %q", name, next, line)
			}
			next++
		}
	}
	if next != 500 {
		t.Errorf("want 500 lines, got %d", next)
	}
}

func TestClosedFileTakesNothing(t *testing.T) {
	file, path := newFile(t, 1<<20)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Stdout().Write([]byte("late\n")); err == nil {
		t.Error("want an error for a line after the end")
	}
	if err := file.Rotate(); err != nil {
		t.Errorf("want no error, got %v", err)
	}
	if got := read(t, path); got != "" {
		t.Errorf("want nothing, got %q", got)
	}
}
