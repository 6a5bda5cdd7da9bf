package leader

import (
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// History tells what happens to one lock, and keeps count, from the changes of its Stream in their order. It holds no more
// than the last of them, asks nothing and reads no clock.
type History struct {
	told    *Change // the newest one that has been told
	pending *Change // a holder that is tentative: what it is called is told once that is known
	last    Party   // who held the lock last

	renewal time.Time // the newest one, by the holder's clock
	renewed time.Time // when it was seen
	had     bool      // somebody has led
	ledFrom time.Time // since when somebody leads
	led     time.Duration
	terms   int
	ledIn   int           // in how many of them somebody led
	ledTerm election.Lock // the last of these
	longest time.Duration
	atMost  time.Duration // how long the longest gap may have been
	began   time.Time
}

// See takes the next change in and returns the events that it brings; the first one is the beginning, which is none.
func (h *History) See(c *Change) []Event {
	h.noteRenewal(c)
	switch {
	case h.told == nil:
		h.began = c.Seen
		h.settle(c, c.Seen)
		if c.State == election.Held {
			h.terms++
		}
		return nil
	case !c.tentative(h.told.Lock):
		return append(h.flushUnless(c), h.tell(c)...)
	case h.pending != nil && c.Lock.SameTerm(h.pending.Lock):
		return nil
	}
	events := h.flushUnless(c)
	h.pending = c
	return events
}

// Flush returns what has been held back: an acquisition by somebody of whom it is not known yet whether it leads.
func (h *History) Flush() []Event {
	if h.pending == nil {
		return nil
	}
	return h.tell(h.pending)
}

// Told is the newest change that has been told; nil at the beginning.
func (h *History) Told() *Change { return h.told }

// Renewed is when the newest renewal was seen, by the local clock. Of one that was there at the beginning it is reckoned by
// the server's clock; zero where the record does not tell.
func (h *History) Renewed() time.Time { return h.renewed }

// flushUnless tells of a holder that was held back, unless the change tells what has become of it.
func (h *History) flushUnless(c *Change) []Event {
	if h.pending == nil || c.Lock.SameTerm(h.pending.Lock) && (c.Led() || c.State == election.Held && h.pending.Reason == PodUnknown) {
		return nil
	}
	return h.Flush()
}

// tell makes the events that lead to a change.
func (h *History) tell(c *Change) []Event {
	at := c.Seen
	if h.pending != nil {
		at = h.pending.Seen
	}
	h.pending = nil
	var events []Event
	for _, t := range EventsOf(h.told.Status, c.Status) {
		e := Event{Type: t, Time: at, Before: h.before(t), Status: c.Status}
		if t.Gains() || t == EventRenewed || c.State == election.Held && t == EventType(c.Reason) {
			e.After = Party{Holder: c.Lock.Record.Holder, Pod: c.Pod}
		}
		if t.Gains() && c.VacantSince.IsZero() && !c.tentative(h.told.Lock) && (h.had || c.Gap > 0) {
			e.Gap, e.AtMost, e.Measured = c.Gap, c.GapAtMost, c.GapAtMost <= c.Gap
			h.longest, h.atMost = max(h.longest, c.Gap), max(h.atMost, c.GapAtMost)
		}
		if t.begins() {
			h.terms++
		}
		events = append(events, e)
	}
	h.settle(c, at)
	return events
}

// before is who held the lock before an event: at its end the holder, at a beginning whoever was the last one.
func (h *History) before(t EventType) Party {
	switch {
	case t == EventCreated:
		return Party{}
	case t.begins() || h.told.State == election.Held || h.told.State == election.Expired:
		return h.last
	}
	return Party{}
}

// settle makes a change the one that has been told.
func (h *History) settle(c *Change, at time.Time) {
	switch vacant := c.VacantSince; {
	case vacant.IsZero() && h.ledFrom.IsZero():
		if !h.had {
			h.longest = max(h.longest, at.Sub(h.began)) // at least: nobody saw it begin
		}
		h.ledFrom, h.had = at, true
		h.lead(c)
	case vacant.IsZero():
		h.lead(c)
	case !vacant.IsZero() && !h.ledFrom.IsZero():
		h.led += max(0, vacant.Sub(h.ledFrom))
		h.ledFrom = time.Time{}
	}
	if holder := c.Lock.Record.Holder; holder != "" && c.State != election.NotElection {
		pod := c.Pod
		if pod == nil && holder == h.last.Holder {
			pod = h.last.Pod
		}
		h.last = Party{Holder: holder, Pod: pod}
	}
	h.told = c
}

// lead notes that somebody leads, in a term that has been noted or not.
func (h *History) lead(c *Change) {
	if h.ledIn == 0 || !c.Lock.SameTerm(h.ledTerm) {
		h.ledIn++
		h.ledTerm = c.Lock
	}
}

func (h *History) noteRenewal(c *Change) {
	renewal := c.Lock.Record.Renewed
	switch {
	case renewal.IsZero():
		h.renewed = time.Time{}
	case h.told == nil:
		h.renewed = c.Seen.Add(-max(0, c.Time.Sub(c.Lock.Renewed())))
	case !renewal.Equal(h.renewal):
		h.renewed = c.Seen
	}
	h.renewal = renewal
}

// Summary is what there was to see of a lock while it was watched.
type Summary struct {
	// Terms counts the leaderships, with the one that went on in the beginning; TermsLed those in which somebody was seen to
	// lead, which a holder that is no pod does not where pods do.
	Terms, TermsLed int
	// Watched is how long the lock was watched, Led for how much of that somebody led.
	Watched, Led time.Duration
	// LongestGap is the longest time without a leader, as far as it was watched; 0 if there was none. It may have been longer, up
	// to LongestAtMost (see Change.GapAtMost). Open tells that it has not ended yet.
	LongestGap, LongestAtMost time.Duration
	Open                      bool
}

// MeanHeld is how long somebody led on average in a term, of the time that it was watched; 0 when nobody did.
func (s Summary) MeanHeld() time.Duration {
	if s.TermsLed == 0 {
		return 0
	}
	return s.Led / time.Duration(s.TermsLed)
}

// Summary sums up what has been seen until now. It needs the change that was seen in the beginning.
func (h *History) Summary(now time.Time) Summary {
	s := Summary{Terms: h.terms, TermsLed: h.ledIn, Watched: now.Sub(h.began), Led: h.led, LongestGap: h.longest, LongestAtMost: max(h.longest, h.atMost)}
	if !h.ledFrom.IsZero() {
		s.Led += now.Sub(h.ledFrom)
	}
	if since := h.told.VacantSince; !since.IsZero() && now.Sub(since) > s.LongestGap {
		s.LongestGap, s.Open = now.Sub(since), true
		s.LongestAtMost = max(s.LongestAtMost, s.LongestGap)
	}
	return s
}
