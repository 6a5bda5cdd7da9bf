package leader

import (
	"context"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// Change is one verdict in a Stream, linked to the one that follows it. Each follower walks the chain at its own pace:
// a slow one misses nothing, and what nobody holds any more is garbage.
type Change struct {
	Status
	// Last is the newest verdict before this one that had a leader; its zero value (no Pod) when there was none yet.
	Last Status
	// Gap is how long there was no leader before this one, as seen from here; 0 for the first, and where one leader
	// followed another directly. The search for a holder's pod is no gap, and where no pod was ever found to lead, a
	// holder that is none counts. GapAtMost is larger where it may have been longer: the server did not answer for a while, and
	// the last leader may have renewed meanwhile or not.
	Gap, GapAtMost time.Duration
	// Seen is when this verdict was reached, and VacantSince when the last leader was lost; zero while somebody leads.
	// Both are of the local clock, with the monotonic reading: good to measure with, not to compare with a record.
	Seen, VacantSince time.Time

	superseded chan struct{}
	next       *Change // valid once superseded is closed
}

// Superseded is closed when a newer verdict is there.
func (c *Change) Superseded() <-chan struct{} { return c.superseded }

// Next waits for the verdict that follows this one. The error is the context's.
func (c *Change) Next(ctx context.Context) (*Change, error) {
	select {
	case <-c.superseded:
		return c.next, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// NewLeader reports whether the leadership has passed on: another term or another pod than the last leader's.
func (c *Change) NewLeader() bool {
	return c.Led() && c.Last.Pod != nil && (!c.Lock.SameTerm(c.Last.Lock) || c.Pod.UID != c.Last.Pod.UID)
}

// WorthTelling reports that there is no leader, and that who waits for one should know why: when it was lost, and when its
// holder turns out to be none that can be found. While a holder is looked for there is nothing to tell yet.
func (c *Change) WorthTelling(before Status) bool {
	if c.Led() || c.Reason == PodUnknown || c.Reason == before.Reason {
		return false
	}
	return before.Led() || before.Reason == PodUnknown || c.Undecided() || c.Reason == External || c.Reason == NotSelected
}

// Handover tells in one line that a leader follows another, and after which gap.
func (c *Change) Handover() string {
	line := "pod " + c.Pod.Name + " leads now"
	switch {
	case !c.NewLeader():
		line = "pod " + c.Pod.Name + " leads on"
	case c.Pod.UID == c.Last.Pod.UID:
		line = "pod " + c.Pod.Name + " leads again"
	}
	switch {
	case c.GapAtMost > c.Gap:
		line += " (after at most " + Age(c.GapAtMost) + " without a leader)"
	case c.Gap > 0:
		line += " (after " + Age(c.Gap) + " without a leader)"
	}
	if c.NewLeader() && c.Pod.UID != c.Last.Pod.UID {
		line += ", before it " + c.Last.Pod.Name
	}
	return line
}

// Continues reports whether the term that another verdict found goes on, so that what was begun in it may go on too. A
// leader that is being deleted, or is in doubt, gets nothing new but keeps what it has until the term ends.
func (s Status) Continues(term Status) bool {
	held := s.State == election.Held || s.Led()
	return held && s.Lock.SameTerm(term.Lock) && s.Found != nil && term.Found != nil && s.Found.UID == term.Found.UID
}

// supersede links the next verdict in and wakes all who wait for it.
func (c *Change) supersede(next *Change) {
	c.next = next
	close(c.superseded)
}
