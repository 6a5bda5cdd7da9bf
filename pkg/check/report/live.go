package report

import (
	"bytes"
	"io"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// redrawAfter is how soon a frame may follow another: more than a terminal shows would only flicker.
const redrawAfter = 40 * time.Millisecond

// LiveOptions is how a checklist is drawn.
type LiveOptions struct {
	// Size is how many columns and rows the terminal has at that moment; 0 where that is not known.
	Size func() (columns, rows int)
	// Colour colours the marks.
	Colour bool
	// UTF8 is false for a terminal that shows ASCII alone.
	UTF8 bool
	// Now is the clock; nil for time.Now.
	Now func() time.Time
}

// Live is a checklist on a terminal that fills in. Its methods may be called from several goroutines.
type Live struct {
	out     io.Writer
	options LiveOptions

	mu     sync.Mutex
	board  board
	screen screen
	drawn  time.Time
	paused bool
}

// NewLive begins a checklist of all checks, in their order. Nothing is drawn before the first Update or Tick.
func NewLive(out io.Writer, checkpoints []check.Checkpoint, options LiveOptions) *Live {
	if options.Now == nil {
		options.Now = time.Now
	}
	style := liveStyle(options.UTF8, options.Colour)
	return &Live{out: out, options: options, board: newBoard(checkpoints, style, options.Now())}
}

// Update takes in what is known of a check, which is counted through all checkpoints from 0, and draws it unless another frame
// was drawn just now: the next Tick does then. Done is true for the last update of a check. A check that holds may be taken
// back before that.
func (l *Live) Update(number int, outcome check.Outcome, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.options.Now()
	l.board.update(number, outcome, done, now)
	if now.Sub(l.drawn) >= redrawAfter {
		l.draw(now)
	}
}

// Tick draws what has changed, the time with it. Ten times a second is a good pace.
func (l *Live) Tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.draw(l.options.Now())
}

// Pause takes the checklist from the terminal, which somebody else writes to, until it is called
// with false.
func (l *Live) Pause(paused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if paused && !l.paused {
		columns, _ := l.size()
		_, _ = io.WriteString(l.out, l.screen.redraw(nil, columns)) // as in draw
	}
	l.paused = paused
}

func (l *Live) draw(now time.Time) {
	if l.paused {
		return
	}
	columns, rows := l.size()
	// A terminal that is gone is no reason to stop: the report comes to an error with it.
	_, _ = io.WriteString(l.out, l.screen.redraw(l.board.frame(columns, rows, now), columns))
	l.drawn = now
}

func (l *Live) size() (columns, rows int) {
	if l.options.Size != nil {
		columns, rows = l.options.Size()
	}
	if columns <= 0 {
		columns = 80
	}
	if rows <= 0 {
		rows = 24
	}
	return columns, rows
}

// End replaces the frame with all checks and their answers, whole, and what is known of those that do not hold.
func (l *Live) End(r check.Report) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	columns, _ := l.size()
	var out bytes.Buffer
	out.WriteString(l.screen.redraw(nil, columns))
	l.board.style.write(&out, r, columns)
	_, err := l.out.Write(out.Bytes())
	return err
}
