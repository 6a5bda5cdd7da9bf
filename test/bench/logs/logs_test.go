package logs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAppend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "0.log")
	if err := os.WriteFile(path, []byte("2026-11-20T14:47:28.860135467Z stdout F seq=1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const lines = 2500 // more than a batch, and not a whole number of them
	if err := Append(path, lines); err != nil {
		t.Fatal(err)
	}
	got, err := SizeOf(path)
	if want := (Size{lines + 1, lines*lineBytes + 6}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestCount(t *testing.T) {
	want := Size{Lines: 2, Bytes: 8}
	for _, follow := range []bool{false, true} {
		if got, err := count(strings.NewReader("one\ntwo\n"), want, follow); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if got, err := count(strings.NewReader("one\n"), want, true); err != nil || got == want {
		t.Errorf("of a log that ends early: got %+v, %v", got, err)
	}
}
