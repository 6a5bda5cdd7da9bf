package tail

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSinkLimit(t *testing.T) {
	for _, test := range []struct {
		limit int64
		want  string
		err   error
	}{
		{0, "one\ntwo\n", nil},
		{100, "one\ntwo\n", nil},
		{8, "one\ntwo\n", errEnough},
		{6, "one\ntw", errEnough},
		{4, "one\n", errEnough},
	} {
		var out bytes.Buffer
		s := newSink(&out, test.limit)
		err := s.write("", []byte("one\n"), true)
		if err == nil {
			err = s.write("", []byte("two\n"), false)
		}
		if out.String() != test.want || !errors.Is(err, test.err) {
			t.Errorf("limit %d: %q and %v, want %q and %v", test.limit, out.String(), err, test.want, test.err)
		}
	}
}

func TestSinkKeepsLinesApart(t *testing.T) {
	var out bytes.Buffer
	s := newSink(&out, 0)
	for _, text := range []string{"whole\n", "cut short", "next\n"} {
		if err := s.write("> ", []byte(text), false); err != nil {
			t.Fatal(err)
		}
	}
	if want := "> whole\n> cut short\n> next\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestSinkTellsItsOwnFailure(t *testing.T) {
	reader, writer := io.Pipe()
	reader.Close() // a pipe's close does not fail
	var broken WriteError
	if err := newSink(writer, 0).write("", []byte("x\n"), false); !errors.As(err, &broken) {
		t.Errorf("got %v, want a WriteError", err)
	}
}

func TestEachLine(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, test := range []struct {
		name   string
		stream io.Reader
		want   []string
		err    error
	}{
		{"whole lines", strings.NewReader("a\n\nb\n"), []string{"a\n", "\n", "b\n"}, nil},
		{"no last newline", strings.NewReader("a\nb"), []string{"a\n", "b"}, nil},
		{"longer than the buffer", strings.NewReader(long + "\n"), []string{long + "\n"}, nil},
		{"a cut connection leaves the half line out", io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(io.ErrUnexpectedEOF)), []string{"a\n"}, io.ErrUnexpectedEOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			err := eachLine(test.stream, func(raw []byte, _ bool) error { got = append(got, string(raw)); return nil })
			if !errors.Is(err, test.err) || strings.Join(got, "|") != strings.Join(test.want, "|") {
				t.Errorf("%d lines and %v, want %d and %v", len(got), err, len(test.want), test.err)
			}
		})
	}
}
