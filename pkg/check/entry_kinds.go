package check

import (
	"strings"
	"time"
)

func (e entry) conditions() *Conditions {
	c := &Conditions{
		Released: e.set("released"), Missing: e.set("missing"),
		Holder: e.party("holder"), HolderNot: e.party("holderNot"), ChangedFrom: e.party("changedFrom"), TermAfter: e.party("termAfter"),
		RenewedWithin: e.positive("renewedWithin"), StableFor: e.positive("stableFor"), PodReady: e.set("podReady"),
	}
	if e.set("held") && !c.Held() {
		e.wrong("held", "contradicts released and missing")
	}
	if text, ok := e.scalar("transitions", `a count, like ">= 1"`); ok {
		transitions, err := ParseTransitions(text)
		if err != nil {
			e.wrong("transitions", "%v", err)
		}
		c.Transitions = &transitions
	}
	return c
}

// party is an identity or a pod's name. One that looks like a variable would be compared as it is written, and so be nobody's.
func (e entry) party(name string) string {
	text := e.text(name)
	if strings.Contains(text, "${") {
		e.wrong(name, "is %s as it is written: variables stand in headers and bodies alone, and envsubst can fill in a whole file", quote(text))
	}
	return text
}

// set is a condition that is true or left out: what a lock is that is not held has names of its own.
func (e entry) set(name string) bool {
	before := len(e.problems)
	set := e.flag(name)
	if e.has(name) && !set && len(e.problems) == before {
		e.wrong(name, "is true or left out: a lock that is not held is released: true or missing: true")
	}
	return set
}

func (e entry) logs() *Logs {
	l := &Logs{
		Container: e.text("container"), AllContainers: e.flag("allContainers"), Since: e.positive("since"),
		SinceAcquired: e.flag("sinceAcquired"), Previous: e.flag("previous"),
	}
	if text, ok := e.scalar("sinceTime", "a date"); ok {
		date, err := time.Parse(time.RFC3339, text)
		if err != nil {
			e.wrong("sinceTime", "wants a date of RFC3339, like 2026-01-31T12:00:00Z, not %s", quote(text))
		}
		l.SinceTime = date
	}
	if lines, ok := e.number("tail"); ok {
		tail := int64(lines)
		l.Tail = &tail
	}
	return l
}

func (e entry) exec() *Exec {
	code, _ := e.number("exitCode")
	return &Exec{Container: e.text("container"), Command: e.texts("command", `[cat, /tmp/token] or [sh, -c, "..."]`), ExitCode: code}
}
