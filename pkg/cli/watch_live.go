package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// liveLine tells what there is now. It is for those who look on, so times are in whole seconds.
func (w *watching) liveLine(now time.Time) string {
	if len(w.order) == 1 {
		return liveLock(w.histories[w.order[0]], now)
	}
	held, vacant := 0, []string{}
	for _, ref := range w.order {
		c := w.histories[ref].Told()
		switch {
		case c.State == election.Missing && w.refs == nil: // no election any more
		case c.VacantSince.IsZero():
			held++
		default:
			vacant = append(vacant, fmt.Sprintf("%s for %s", lockCell(ref), leader.Age(seconds(now.Sub(c.VacantSince)))))
		}
	}
	text := fmt.Sprintf("%s, %d held", plural(held+len(vacant), "lock"), held)
	if len(vacant) > 0 {
		text += "; nobody leads " + strings.Join(vacant, ", ")
	}
	return text
}

// liveLock tells of one lock who leads, for how long, and how old the last renewal is.
func liveLock(h *leader.History, now time.Time) string {
	c := h.Told()
	record := c.Lock.Record
	if c.State != election.Held {
		text := fmt.Sprintf("nobody leads for %s: %s", leader.Age(seconds(now.Sub(c.VacantSince))), lowerWords(string(c.State)))
		if c.State == election.Expired {
			text += ", last held by " + printable(record.Holder)
		}
		return text
	}
	verb := "leads"
	if !c.Led() {
		verb = "holds it"
	}
	text := holderCell(c.Status) + " " + verb
	if acquired := c.Lock.Acquired(); !acquired.IsZero() {
		text += " for " + leader.Age(seconds(c.Time.Sub(acquired)+now.Sub(c.Seen)))
	}
	if reason := reasonPhrase(c.Status); reason != "" {
		text += ", " + reason
	}
	if renewed := h.Renewed(); !renewed.IsZero() {
		text += fmt.Sprintf(", renewed %s ago", leader.Age(seconds(now.Sub(renewed))))
		if record.Duration > 0 {
			text += fmt.Sprintf(", expires in %s", leader.Age(seconds(renewed.Add(record.Duration).Sub(now))))
		}
	}
	return text
}

func seconds(d time.Duration) time.Duration { return max(0, d).Truncate(time.Second) }
