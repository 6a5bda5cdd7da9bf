package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// gapPhrase tells the gap that an event has ended, and whom the leader follows. What two pods' names have in common is left
// out, so that a line fits into 80 columns: the one before was printed in full when it led.
func gapPhrase(e leader.Event) string {
	if !e.Type.Gains() {
		return ""
	}
	gap := ""
	switch {
	case e.Measured && e.Gap > 0:
		gap = "gap " + span(e.Gap)
	case !e.Measured && e.AtMost > 0:
		gap = "gap at most " + span(e.AtMost)
	}
	before, after := partyCell(e.Before, e.Status.Lock.Namespace), holderCell(e.Status)
	switch {
	case e.Before.Holder == "" || e.Type != leader.EventAcquired && e.Type != leader.EventTakenOver:
		return gap
	case e.Before.Holder == e.After.Holder:
		return strings.TrimPrefix(gap+", same holder", ", ")
	case before == after:
		return strings.TrimPrefix(gap+", same pod", ", ")
	case gap == "" && e.Measured:
		gap = "directly"
	}
	return strings.TrimPrefix(gap+" after "+withoutCommon(before, after), " ")
}

// shortestCommon is from how many letters on it pays to leave out what two names have in common.
const shortestCommon = 8

// withoutCommon shortens a name by the words that it begins with as another does.
func withoutCommon(name, other string) string {
	common := 0
	for common < min(len(name), len(other)) && name[common] == other[common] {
		common++
	}
	if dash := strings.LastIndexByte(name[:common], '-'); dash >= shortestCommon {
		return "…" + name[dash:]
	}
	return name
}

// termPhrase tells for how long the lock has been held, by the server's clock.
func termPhrase(s leader.Status) string {
	acquired := s.Lock.Acquired()
	if acquired.IsZero() {
		return ""
	}
	return "for " + span(max(0, s.Time.Sub(acquired)).Truncate(time.Second))
}

// reasonPhrase tells in a few words why a holder is not called the leader.
func reasonPhrase(s leader.Status) string {
	switch s.Reason {
	case leader.External:
		return "no pod or node here"
	case leader.NodeOnly:
		return "node " + s.Node
	case leader.Ambiguous:
		if len(s.Lock.Rivals) > 0 {
			return "as do others" // kopf's peers of the same priority
		}
		return plural(len(s.Candidates), "pod") + " can be meant"
	case leader.HintsOnly:
		return "a random identity"
	case leader.PodUnknown, "":
		return ""
	}
	return lowerWords(string(s.Reason))
}

// eventWord is what a line calls an event: its type in lower case, without what the line says anyway.
func eventWord(t leader.EventType) string {
	switch t {
	case leader.EventLeaderFound:
		return "found"
	case leader.EventPodReplaced:
		return "replaced"
	case leader.EventType(leader.PodTerminating), leader.EventType(leader.PodNotRunning), leader.EventType(leader.PodFinished):
		return strings.TrimPrefix(lowerWords(string(t)), "pod ")
	case leader.EventType(leader.OtherIncarnation):
		return "other pod"
	}
	return lowerWords(string(t))
}

// lowerWords writes a word in CamelCase as words: "taken over".
func lowerWords(camel string) string {
	var b strings.Builder
	for i, r := range camel {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// span prints a measured duration: in milliseconds below a second, in tenths below a minute, then in seconds.
func span(d time.Duration) string {
	if d >= time.Second && d < time.Minute {
		return d.Truncate(100 * time.Millisecond).String()
	}
	return leader.Age(d)
}

func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

func notEmpty(parts []string) []string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return some
}
