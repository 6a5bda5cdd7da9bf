package tail

import (
	"fmt"
	"testing"
	"time"
)

func stamped(second int, nanos int, text string) line {
	t := time.Date(2026, 1, 4, 10, 0, second, nanos, time.UTC)
	return parseLine([]byte(t.Format("2006-01-02T15:04:05.000000000Z07:00") + " " + text + "\n"))
}

// TestResume prints a log up to each of its lines in turn, loses the connection there and reads on from what the
// position asks for: whatever the cut, each line is printed once.
func TestResume(t *testing.T) {
	log := []line{
		stamped(1, 0, "a"), stamped(1, 0, "a"), stamped(1, 0, "b"), stamped(1, 999999999, "c"),
		stamped(2, 1, "a"), stamped(2, 1, "a"), stamped(2, 500, "stderr"), stamped(2, 400, "stdout, stamped earlier, read later"),
		stamped(3, 5, "d"), stamped(2, 999, "late, from the second before"), stamped(3, 5, "d"),
		stamped(7, 0, "after a pause"), stamped(8, 0, "e"),
	}
	for cut := 1; cut <= len(log); cut++ {
		position := newPosition()
		var got []string
		print := func(l line) {
			position.printed(l)
			got = append(got, string(l.raw))
		}
		for _, l := range log[:cut] {
			print(l)
		}
		overlap := position.overlap()
		from := position.resumeFrom().Time
		for _, l := range log {
			if !l.time.Before(from) && !overlap.repeats(l) {
				print(l)
			}
		}
		if len(got) != len(log) {
			t.Fatalf("cut after %d lines: %d lines printed, want %d:\n%q", cut, len(got), len(log), got)
		}
		for i, l := range log {
			if got[i] != string(l.raw) {
				t.Errorf("cut after %d lines: line %d is %q, want %q", cut, i, got[i], l.raw)
			}
		}
	}
}

func TestPositionKeepsTwoSecondsAtMost(t *testing.T) {
	position := newPosition()
	for second := range 50 {
		for i := range 100 {
			position.printed(stamped(second, i, fmt.Sprint(i)))
		}
	}
	if n := len(position.recent) + len(position.before); n != 200 {
		t.Errorf("%d lines are remembered, want the 200 of the last two seconds", n)
	}
}

func TestParseLine(t *testing.T) {
	l := parseLine([]byte("2026-01-04T10:00:00.5Z  indented\n"))
	if string(l.text) != " indented\n" || l.time.Nanosecond() != 5e8 {
		t.Errorf("text %q at %s", l.text, l.time)
	}
	if l := parseLine([]byte("unable to retrieve container logs\n")); !l.time.IsZero() || string(l.text) != "unable to retrieve container logs\n" {
		t.Errorf("a line without a time: text %q at %s", l.text, l.time)
	}
	if l := parseLine([]byte("2026-01-04T10:00:00Z \n")); string(l.text) != "\n" {
		t.Errorf("an empty line: text %q", l.text)
	}
}
