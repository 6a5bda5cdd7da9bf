package report

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/textwidth"
)

// scene is what happens to a checklist, a frame after each step.
func scene(t *testing.T, columns, rows int, style style) string {
	t.Helper()
	first, state, later := lockCheck(), stateCheck(t, "größe 領導"), stateCheck(t, "healthy")
	b := newBoard([]check.Checkpoint{
		{Name: "before the failover", Checks: []check.Spec{first, state, later}},
		{Checks: []check.Spec{later}},
	}, style, began)
	var all strings.Builder
	show := func(after time.Duration, title string) {
		fmt.Fprintf(&all, "-- %s\n%s\n", title, strings.Join(b.frame(columns, rows, began.Add(after)), "\n"))
	}
	tell := func(after time.Duration, number int, o check.Outcome, done bool) {
		o.Checkpoint = b.checks[number].Checkpoint
		b.update(number, o, done, began.Add(after))
	}
	show(0, "begin")
	tell(time.Second, 0, outcome(first, time.Second, func(o *check.Outcome) {
		o.Status = nobody(election.Expired, leader.Reason(election.Expired))
		o.Wanted, o.Got = "lock held", o.Status.Message()
	}), false)
	show(1200*time.Millisecond, "nobody leads")
	tell(2*time.Second, 0, outcome(first, 2*time.Second, func(o *check.Outcome) { o.Holds = true }), false)
	tell(2*time.Second, 1, outcome(state, 2*time.Second, func(o *check.Outcome) { o.Verdict = judged(state, `{"state":"pending 領導\u001b[2J"}`) }), false)
	show(3500*time.Millisecond, "one holds, one is pending")
	tell(4*time.Second, 0, outcome(first, 2*time.Second, func(o *check.Outcome) { o.Got = "the term changed" }), false)
	tell(4*time.Second, 2, outcome(later, 4*time.Second, func(o *check.Outcome) { o.Err = errors.New("no port 8080\nbut others") }), true)
	show(5*time.Second, "taken back; one has no answer")
	tell(6*time.Second, 0, outcome(first, 2*time.Second, func(o *check.Outcome) { o.Holds = true }), true)
	tell(6*time.Second, 1, outcome(state, 2*time.Second, func(o *check.Outcome) { o.Verdict = judged(state, `{}`) }), true)
	show(7*time.Second, "the next checkpoint")
	tell(8*time.Second, 3, check.Outcome{Spec: later, Skipped: check.SkippedAfterFailure}, true)
	show(9*time.Second, "which is skipped")
	return all.String()
}

func TestFrames(t *testing.T) {
	golden(t, "live.wide", scene(t, 120, 24, liveStyle(true, false)))
	golden(t, "live.narrow", scene(t, 60, 24, liveStyle(true, false)))
	golden(t, "live.ascii", scene(t, 70, 24, liveStyle(false, false)))
	golden(t, "live.low", scene(t, 90, 4, liveStyle(true, false)))
	golden(t, "live.colour", strings.ReplaceAll(scene(t, 90, 24, liveStyle(true, true)), "\x1b", "ESC"))
}

func TestFramesFit(t *testing.T) {
	for columns := 1; columns < 140; columns++ {
		for rows := 1; rows < 9; rows++ {
			frames := scene(t, columns, rows, liveStyle(true, true))
			height := 0
			for line := range strings.Lines(frames) {
				line = strings.TrimSuffix(line, "\n")
				if strings.HasPrefix(line, "-- ") {
					height = 0
					continue
				}
				if height++; height > max(1, rows-1) {
					t.Fatalf("%d rows: a frame is higher:\n%s", rows, frames)
				}
				if textwidth.Of(line) > max(1, columns-1) {
					t.Fatalf("%d columns: wider: %q", columns, line)
				}
			}
		}
	}
}

// terminal obeys what a screen writes.
type terminal struct {
	rows []string
	at   int
}

func (term *terminal) write(t *testing.T, text string) {
	t.Helper()
	for text != "" {
		up := 0
		switch {
		case strings.HasPrefix(text, "\x1b[J"):
			term.rows, text = term.rows[:term.at], text[3:]
		case strings.HasPrefix(text, "\x1b[K"):
			text = text[3:]
		case strings.HasPrefix(text, "\x1b["):
			if _, err := fmt.Sscanf(text, "\x1b[%dA", &up); err != nil || up > term.at {
				t.Fatalf("%q at row %d: %v", text, term.at, err)
			}
			term.at -= up
			text = text[strings.IndexByte(text, 'A')+1:]
		case text[0] == '\r':
			text = text[1:]
		default:
			line, rest, _ := strings.Cut(text, "\n")
			for len(term.rows) <= term.at {
				term.rows = append(term.rows, "")
			}
			if bare, cleared := strings.CutSuffix(line, "\x1b[K"); cleared {
				term.rows[term.at] = bare
			} else if line != "" {
				t.Fatalf("%q leaves the rest of its row", line)
			}
			term.at++
			text = rest
		}
	}
}

func TestScreen(t *testing.T) {
	var s screen
	var term terminal
	for _, frame := range [][]string{{"a", "b"}, {"a", "c"}, {"a", "c"}, {"x"}, {"x", "y", "z"}, nil, {"end"}} {
		term.write(t, s.redraw(frame, 80))
		if got, want := strings.Join(term.rows, "|"), strings.Join(frame, "|"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if again := s.redraw([]string{"end"}, 80); again != "" {
		t.Errorf("the same frame writes %q", again)
	}
	s = screen{}
	s.redraw([]string{strings.Repeat("領", 30), "b"}, 80)
	if got, want := s.redraw([]string{"c"}, 50), "\x1b[3A\rc\x1b[K\n\x1b[J"; got != want {
		t.Errorf("after the terminal has become narrower: %q, want %q", got, want)
	}
}

func TestLiveEnds(t *testing.T) {
	for name, style := range map[string]LiveOptions{"live.end": {UTF8: true}, "live.end-ascii": {Colour: true}} {
		now := began
		style.Now = func() time.Time { return now }
		var out bytes.Buffer
		r := cases(t)["mixed"]
		live := NewLive(&out, []check.Checkpoint{{Checks: []check.Spec{lockCheck()}}}, style)
		live.Tick()
		drawn := out.Len()
		now = now.Add(time.Millisecond)
		live.Update(0, r.Outcomes[0], true)
		if out.Len() != drawn {
			t.Errorf("a frame follows another at once: %q", out.String()[drawn:])
		}
		live.Tick()
		if out.Len() == drawn {
			t.Error("the tick does not draw what has changed")
		}
		out.Reset()
		if err := live.End(r); err != nil {
			t.Fatal(err)
		}
		text, cleared := strings.CutPrefix(out.String(), "\x1b[1A\r\x1b[J")
		if !cleared {
			t.Errorf("the frame stays: %q", text)
		}
		golden(t, name, strings.ReplaceAll(text, "\x1b", "ESC"))
	}
}

func TestLiveFromManyGoroutines(t *testing.T) {
	live := NewLive(&bytes.Buffer{}, []check.Checkpoint{{Checks: []check.Spec{lockCheck(), lockCheck()}}}, LiveOptions{})
	var wg sync.WaitGroup
	for i := range 3 { // one more than there are checks
		wg.Go(func() {
			live.Update(i, check.Outcome{Spec: lockCheck(), Holds: true}, true)
			live.Tick()
		})
	}
	wg.Wait()
	if got := live.board.rest(0); got != "2 passed" {
		t.Error(got)
	}
}

func TestUTF8Locale(t *testing.T) {
	for _, test := range []struct {
		set  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, true},
		{map[string]string{"LANG": "C.utf8"}, true},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, false},
		{map[string]string{"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, true},
	} {
		if got := UTF8Locale(func(name string) string { return test.set[name] }); got != test.want {
			t.Errorf("%v: %v", test.set, got)
		}
	}
}
