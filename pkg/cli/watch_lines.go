package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// eventLines prints events as lines: when, which lock where there are several, what, who, and with which gap after whom.
type eventLines struct {
	screen  *screen
	palette palette
	several bool // locks: each line names its own
	day     string
	lock    int // widths of the columns so far
	who     int
}

// newEventLines makes the columns as wide as what there is in the beginning.
func newEventLines(screen *screen, palette palette, firsts []*leader.Change) *eventLines {
	p := &eventLines{screen: screen, palette: palette}
	for _, first := range firsts {
		widest(&p.lock, lockCell(first.Lock.Ref))
		widest(&p.who, holderCell(first.Status))
	}
	return p
}

// eventTime is how a line begins: the local time, to the millisecond.
const eventTime = "15:04:05.000"

func (p *eventLines) opening(c *leader.Change) error {
	who := holderCell(c.Status)
	var detail []string
	switch {
	case c.Led():
		detail = append(detail, termPhrase(c.Status))
	case c.State == election.Held:
		detail = append(detail, termPhrase(c.Status), reasonPhrase(c.Status))
	case c.State == election.Expired && c.Time.After(c.Lock.Expires()):
		detail = append(detail, span(c.Time.Sub(c.Lock.Expires()).Truncate(time.Second))+" ago")
	}
	return p.print(c.Seen, c.Status, lowerWords(string(c.State)), who, detail)
}

func (p *eventLines) event(e leader.Event) error {
	who := holderCell(e.Status)
	if e.After.Holder == "" || e.After.Holder == e.Before.Holder && !e.Status.Led() {
		who = partyCell(e.Before, e.Status.Lock.Namespace)
	}
	detail := []string{gapPhrase(e)}
	switch {
	case e.Type == leader.EventRenewed:
		detail = append(detail, "for "+e.Status.Lock.Record.Duration.String())
	case e.Type == leader.EventExpired && e.Status.Lock.Record.Duration > 0:
		detail = append(detail, "not renewed for "+e.Status.Lock.Record.Duration.String())
	case e.After.Holder != "" && (e.Type.Gains() || e.Type != leader.EventType(e.Status.Reason)):
		detail = append(detail, reasonPhrase(e.Status))
	}
	return p.print(e.Time, e.Status, eventWord(e.Type), who, detail)
}

// print prints one line. A new day is a line of its own.
func (p *eventLines) print(at time.Time, s leader.Status, what, who string, detail []string) error {
	at = at.Local()
	if day := at.Format(time.DateOnly); day != p.day {
		if p.day != "" {
			if err := p.screen.line("", day); err != nil {
				return err
			}
		}
		p.day = day
	}
	colour := stateColour(s)
	if s.Led() {
		colour = green // a line does not tell whether the pod is ready
	}
	cells := eventCells{
		at: at.Format(eventTime), what: what, who: who, note: strings.Join(notEmpty(detail), ", "), colour: colour,
		whatWidth: whatWidth, whoWidth: widest(&p.who, who),
	}
	if p.several {
		cells.lock = lockCell(s.Lock.Ref)
		cells.lockWidth = widest(&p.lock, cells.lock)
	}
	return p.screen.line(strings.Repeat(" ", len(eventTime)+1), cells.fit(terminalColumns(p.screen.out), p.palette)...)
}

// summary goes to stderr: stdout has the events.
func (p *eventLines) summary(_ time.Duration, _ int, locks []lockSummary) error {
	for _, l := range locks {
		text := fmt.Sprintf("%s: %s in %s", lockCell(l.ref), plural(l.Terms, "term"), span(l.Watched))
		if l.Led > 0 {
			text += ", mean time held " + span(l.MeanHeld())
		}
		switch {
		case l.Led == 0:
			text += ", nobody led"
		case l.LongestAtMost > l.LongestGap:
			text += fmt.Sprintf(", longest gap at most %s", span(l.LongestAtMost))
		case l.Open:
			text += fmt.Sprintf(", longest gap %s, which goes on", span(l.LongestGap))
		case l.LongestGap > 0:
			text += ", longest gap " + span(l.LongestGap)
		default:
			text += ", no gap"
		}
		p.screen.notice(text)
	}
	return nil
}

// lockCell names a lock among those of other namespaces.
func lockCell(ref election.Ref) string {
	if ref.Namespace == "" {
		return printable(ref.Arg())
	}
	return ref.Namespace + "/" + printable(ref.Arg())
}

// partyCell names who holds a lock: the pod, with its namespace where that is not the lock's; else the identity.
func partyCell(p leader.Party, lockNamespace string) string {
	switch {
	case p.Holder == "":
		return "<none>"
	case p.Pod == nil:
		return printable(p.Holder)
	case p.Pod.Namespace != lockNamespace:
		return p.Pod.Namespace + "/" + p.Pod.Name
	}
	return p.Pod.Name
}

// holderCell names who holds a lock. Where the pod is known, though it is not called the leader, its name tells more than the
// identity; the line says what is wrong with it.
func holderCell(s leader.Status) string {
	party := leader.Party{Holder: s.Lock.Record.Holder, Pod: s.Found}
	switch {
	case s.State == election.Released || s.State == election.Missing || s.State == election.NotElection:
		party.Holder = ""
	case s.Found == nil && s.Reason == leader.PodGone:
		party.Holder = s.PodName
	}
	return partyCell(party, s.Lock.Namespace)
}

// widestCell is how wide a column grows. What is wider sticks out.
const widestCell = 40

// widest notes the width of a cell and returns the column's.
func widest(column *int, cell string) int {
	*column = max(*column, min(utf8.RuneCountInString(cell), widestCell))
	return *column
}
