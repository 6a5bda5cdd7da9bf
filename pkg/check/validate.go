package check

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Validate finds what makes a check impossible or meaningless, without a cluster. Its error is made of Problems.
func (s Spec) Validate() error {
	problems := s.problems()
	for _, problem := range problems {
		problem.Source = s.Source
	}
	return joinProblems(problems)
}

func (s Spec) problems() (found findings) {
	if s.Lock.Name == "" {
		found.wrong("lock", "is missing: the name of the Lease that the leader holds, or TYPE/NAME of another kind of lock")
	}
	for _, namespace := range []string{s.Namespace, s.Lock.Namespace} {
		if faults := validation.IsDNS1123Label(namespace); namespace != "" && len(faults) > 0 {
			found.wrong("namespace", "%s cannot be the name of a namespace: %s", quote(namespace), faults[0])
			break
		}
	}
	kind := s.Kind()
	switch kind {
	case KindLock:
		found = append(found, s.Conditions.problems()...)
	case KindHTTP:
		found = append(found, s.HTTP.problems()...)
	case KindLogs:
		found = append(found, s.Logs.problems()...)
	case KindExec:
		found = append(found, s.Exec.problems()...)
	case KindDelete:
	default:
		found.wrong("", "a check is about one of: the lock, HTTP, logs, a command, deleting the leader")
		return found
	}
	return append(found, s.outputProblems(kind)...)
}

// outputProblems are those of the extractor and the assertions.
func (s Spec) outputProblems(kind Kind) (found findings) {
	hasOutput := kind == KindHTTP || kind == KindLogs || kind == KindExec
	switch {
	case s.Extractor == nil:
	case !hasOutput:
		found.wrong(s.Extractor.Language, "takes a value out of an output, and this check has none: use it with HTTP, logs or exec")
	case len(s.Assertions) == 0:
		found.wrong(s.Extractor.Language, "takes a value out of which nothing is asserted: add `equals`, `exists` or another operator")
	case kind == KindLogs && s.Extractor.Language != "jq":
		found.wrong(s.Extractor.Language, "does not go with logs: `jq` reads each line that is JSON")
	}
	switch {
	case !hasOutput && len(s.Assertions) > 0:
		found.wrong(string(s.Assertions[0].Operator), "compares an output, and this check has none: use it with HTTP, logs or exec")
	case kind == KindLogs && len(s.Assertions) == 0:
		found.wrong("", "these logs assert nothing: add `outputContains` or another operator")
	}
	made := make([]Assertion, len(s.Assertions))
	for i, assertion := range s.Assertions {
		var err error
		if made[i], err = NewAssertion(assertion.Operator, assertion.Operands...); err != nil {
			found.wrong(string(assertion.Operator), "%v", err)
			return found
		}
	}
	return append(found, contradictions(made)...)
}

func (l Logs) problems() (found findings) {
	if l.AllContainers && l.Container != "" {
		found.wrong("allContainers", "contradicts `container`, which is %s", quote(l.Container))
	}
	var begins []string
	for _, of := range []struct {
		field string
		set   bool
	}{{"since", l.Since != 0}, {"sinceTime", !l.SinceTime.IsZero()}, {"sinceAcquired", l.SinceAcquired}} {
		if of.set {
			begins = append(begins, of.field)
		}
	}
	if len(begins) > 1 {
		found.wrong(begins[1], "contradicts `%s`: at most one of them says where the logs begin", begins[0])
	}
	if l.Since < 0 {
		found.wrong("since", "has to be more than 0, like 30s")
	}
	if l.Tail != nil && *l.Tail < 0 {
		found.wrong("tail", "has to be a number of lines from 0")
	}
	if l.Previous && l.SinceAcquired {
		found.wrong("previous", "contradicts `sinceAcquired`: the present term is not in a previous instance's log")
	}
	return append(found, containerProblems(l.Container)...)
}

func (e Exec) problems() (found findings) {
	if len(e.Command) == 0 || strings.TrimSpace(e.Command[0]) == "" {
		found.wrong("command", "is missing: a list of the program and its arguments, like [cat, /tmp/token]")
	}
	if e.ExitCode < 0 || e.ExitCode > 255 {
		found.wrong("exitCode", "is a number from 0 to 255")
	}
	return append(found, containerProblems(e.Container)...)
}

func containerProblems(container string) []*Problem {
	if faults := validation.IsDNS1123Label(container); container != "" && len(faults) > 0 {
		return []*Problem{{Field: "container", Message: fmt.Sprintf("%s cannot be the name of a container: %s", quote(container), faults[0])}}
	}
	return nil
}
