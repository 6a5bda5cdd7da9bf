package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// Conditions are what a check wants of the lock itself. The lock has to be held, unless Released or Missing is set.
type Conditions struct {
	// Released: nobody holds the lock. Missing: there is no such object.
	Released, Missing bool
	// Holder, HolderNot and ChangedFrom are an identity or a pod's name. ChangedFrom wants somebody
	// else to hold the lock. It may also be what tells a term apart where the name stays the same:
	// a pod's UID, or what election.Lock.Term returns.
	Holder, HolderNot, ChangedFrom string
	// TermAfter is a term that must be over, as election.Lock.Term returns it; "" for any.
	TermAfter string
	// Transitions is about leaseTransitions; nil for any. ParseTransitions makes it.
	Transitions *Assertion
	// RenewedWithin is how long ago the last renewal may be, StableFor how long nothing but renewals has to happen; 0 for any.
	RenewedWithin, StableFor time.Duration
	// PodReady: the leader's pod is ready.
	PodReady bool
}

// Unseeable reports that the check wants something that takes at least as long as there is time.
func (s Spec) Unseeable(within time.Duration) bool {
	return s.Conditions != nil && s.Conditions.StableFor > 0 && s.Conditions.StableFor >= within
}

// Held reports whether the lock has to be held.
func (c Conditions) Held() bool { return !c.Released && !c.Missing }

// ParseTransitions reads OP N: a number, which is exact, or one after =, !=, <, <=, > or >=, or after the name of an operator.
func ParseTransitions(text string) (Assertion, error) {
	text = strings.TrimSpace(text)
	for _, of := range []struct {
		sign     string
		operator Operator
	}{
		{"<=", LessThanOrEqual}, {">=", GreaterThanOrEqual}, {"!=", NotEquals}, {"==", Equals},
		{"<", LessThan}, {">", GreaterThan}, {"=", Equals}, {"", Equals},
	} {
		count, found := strings.CutPrefix(text, of.sign)
		if !found {
			continue
		}
		operator := of.operator
		if name, rest, named := strings.Cut(count, " "); of.sign == "" && named {
			operator, count = Operator(name), rest
		}
		a, err := NewAssertion(operator, strings.TrimSpace(count))
		if err != nil || !countable(a) {
			break
		}
		return a, nil
	}
	return Assertion{}, fmt.Errorf("wants a number, like 3, or one after !=, <, <=, > or >=, like %q, not %s", ">= 3", quote(text))
}

// countable: what is compared with a count are whole numbers that a count can have.
func countable(a Assertion) bool {
	for _, operand := range a.Operands {
		n, ok := parseNumber(operand)
		if !ok || n.integer == nil || n.integer.Sign() < 0 {
			return false
		}
	}
	return len(a.Operands) > 0 && (a.Operator == Equals || a.Operator == NotEquals || a.Operator.ordering())
}

// TransitionsHold reports whether a count of transitions is as wanted.
func (c Conditions) TransitionsHold(transitions int32) bool {
	if c.Transitions == nil {
		return true
	}
	ok, err := c.Transitions.Holds(fromJSON(int(transitions)))
	return ok && err == nil
}

// String tells the conditions in words.
func (c Conditions) String() string {
	var wanted []string
	add := func(set bool, format string, args ...any) {
		if set {
			wanted = append(wanted, fmt.Sprintf(format, args...))
		}
	}
	add(c.Held(), "held")
	add(c.Released, "released")
	add(c.Missing, "missing")
	add(c.Holder != "", "by %s", quote(c.Holder))
	add(c.HolderNot != "", "not by %s", quote(c.HolderNot))
	add(c.ChangedFrom != "", "no longer by %s", quote(c.ChangedFrom))
	add(c.TermAfter != "", "in a term after %s", quote(c.TermAfter))
	if c.Transitions != nil {
		add(true, "transitions %s", strings.NewReplacer(`equals "`, "", `does not equal "`, "!= ", `"`, "").Replace(c.Transitions.String()))
	}
	add(c.RenewedWithin > 0, "renewed within %s", c.RenewedWithin)
	add(c.StableFor > 0, "stable for %s", c.StableFor)
	add(c.PodReady, "pod ready")
	return "lock " + strings.Join(wanted, ", ")
}

func (c Conditions) problems() (found findings) {
	if c.Released && c.Missing {
		found.wrong("missing", "contradicts `released`: a lock that does not exist is not released")
	}
	for _, of := range []struct {
		field string
		set   bool
	}{
		{"holder", c.Holder != ""}, {"holderNot", c.HolderNot != ""}, {"changedFrom", c.ChangedFrom != ""}, {"termAfter", c.TermAfter != ""},
		{"renewedWithin", c.RenewedWithin != 0}, {"podReady", c.PodReady}, {"transitions", c.Missing && c.Transitions != nil},
	} {
		switch {
		case of.set && c.Released:
			found.wrong(of.field, "contradicts `released`: nobody holds the lock then")
		case of.set && c.Missing:
			found.wrong(of.field, "contradicts `missing`: there is no lock then")
		}
	}
	if c.Holder != "" && c.Holder == c.HolderNot {
		found.wrong("holderNot", "contradicts `holder`: both are %s", quote(c.Holder))
	}
	if c.Holder != "" && c.Holder == c.ChangedFrom {
		found.wrong("changedFrom", "contradicts `holder`: both are %s", quote(c.Holder))
	}
	if c.TermAfter != "" && !election.IsTerm(c.TermAfter) {
		found.wrong("termAfter", "wants a term as holder -o json prints it, like term-0123456789abcdef01234567, not %s", quote(c.TermAfter))
	}
	if c.RenewedWithin != 0 && c.RenewedWithin < time.Second {
		found.wrong("renewedWithin", "has to be a second at least, like 15s: the server tells its time in whole seconds")
	}
	if c.StableFor < 0 {
		found.wrong("stableFor", "has to be more than 0, like 10s")
	}
	return found
}
