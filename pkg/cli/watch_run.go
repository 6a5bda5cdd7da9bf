package cli

import (
	"cmp"
	"context"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// eventPrinter prints what happens. Its methods are called one at a time.
type eventPrinter interface {
	// opening prints what a lock begins with.
	opening(c *leader.Change) error
	event(e leader.Event) error
	// summary prints the end, of the locks in the order in which they came up.
	summary(watched time.Duration, events int, locks []lockSummary) error
}

// lockSummary is what was seen of one lock.
type lockSummary struct {
	ref   election.Ref
	state election.State
	leader.Summary
}

// watching is a run of watch.
type watching struct {
	*watchOptions
	cluster   *cluster
	screen    *screen
	printer   eventPrinter
	group     *leader.Group
	firsts    []*leader.Change
	histories map[election.Ref]*leader.History
	order     []election.Ref
	events    int
}

func (o *watchOptions) run(ctx context.Context) error {
	cluster, err := connect(o.config)
	if err != nil {
		return err
	}
	w := &watching{watchOptions: o, cluster: cluster, screen: o.newScreen(), histories: map[election.Ref]*leader.History{}}
	w.group = leader.NewGroup(mostWatched, w.finder, w.screen.notice)
	followed, stop := context.WithCancel(ctx)
	defer func() { stop(); w.group.Wait() }()
	var over <-chan time.Time
	if o.timeout > 0 {
		timer := time.NewTimer(o.timeout)
		defer timer.Stop()
		over = timer.C
	}
	done := w.screen.asking()
	err = w.begin(followed)
	done()
	if err != nil {
		return causeOf(ctx, err)
	}
	return untilEnd(ctx, func() error {
		err := w.loop(ctx, over)
		if readerGone(err) {
			return err
		}
		return cmp.Or(w.end(), err)
	})
}

// newScreen makes a screen with a live line on stdout, below the events.
func (o *watchOptions) newScreen() *screen {
	if o.output != "" {
		return newScreenOn(o.streams, nil)
	}
	return newScreenOn(o.streams, o.streams.Out)
}

func (w *watching) history(ref election.Ref) *leader.History {
	h := w.histories[ref]
	if h == nil {
		h = &leader.History{}
		w.histories[ref] = h
		w.order = append(w.order, ref)
	}
	return h
}

// loop prints what happens until it is time to end: nil at the timeout or when enough has happened.
func (w *watching) loop(ctx context.Context, over <-chan time.Time) error {
	w.printer = w.newPrinter()
	for _, first := range w.firsts {
		if err := w.printer.opening(first); err != nil {
			return err
		}
	}
	var second <-chan time.Time
	if w.screen.isLive() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		second = ticker.C
	}
	for {
		if err := w.screen.draw(w.liveLine(time.Now())); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return cmp.Or(w.flush(), context.Cause(ctx))
		case <-over:
			return w.flush()
		case <-second:
		case joined := <-w.group.Changes():
			if err := w.see(joined); err != nil || w.enough() {
				return err
			}
		}
	}
}

// see prints what a change brings.
func (w *watching) see(joined leader.Joined) error {
	events := w.history(joined.Lock.Ref).See(joined.Change)
	if joined.First && joined.State != election.Missing {
		return w.printer.opening(joined.Change)
	}
	return w.print(events)
}

func (w *watching) print(events []leader.Event) error {
	for _, e := range events {
		if w.enough() || e.Type == leader.EventRenewed && !w.renewals {
			continue
		}
		if err := w.printer.event(e); err != nil {
			return err
		}
		w.events++
	}
	return nil
}

func (w *watching) enough() bool { return w.count > 0 && w.events >= w.count }

// flush prints what was held back, as there is no more time to wait for what it turns into.
func (w *watching) flush() error {
	for _, ref := range w.order {
		if err := w.print(w.histories[ref].Flush()); err != nil {
			return err
		}
	}
	return nil
}

func (w *watching) end() error {
	w.screen.clear()
	now := time.Now()
	var watched time.Duration
	var locks []lockSummary
	for _, ref := range w.order {
		h := w.histories[ref]
		s := h.Summary(now)
		watched = max(watched, s.Watched)
		locks = append(locks, lockSummary{ref, h.Told().State, s})
	}
	return w.printer.summary(watched, w.events, locks)
}

func (w *watching) newPrinter() eventPrinter {
	if w.output == "json" {
		return eventObjects{out: escaped(w.streams.Out)}
	}
	lines := newEventLines(w.screen, w.palette, w.firsts)
	lines.several = w.refs == nil || len(w.refs) > 1
	return lines
}
