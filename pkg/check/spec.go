package check

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// Kind is where a check's evidence comes from.
type Kind string

// The kinds. All but lock and delete take an output, which an extractor and assertions are about.
const (
	KindLock   Kind = "lock"
	KindHTTP   Kind = "http" // port-forward in a file
	KindLogs   Kind = "logs"
	KindExec   Kind = "exec"
	KindDelete Kind = "delete"
)

// Spec is one check of one leader. Exactly one of Conditions, HTTP, Logs, Exec and Delete is set.
type Spec struct {
	// Lock says who leads. Its namespace is "" where the check leaves it to the command.
	Lock election.Ref
	// Namespace is that of the leader's pod; "" where the check leaves it to the command.
	Namespace string

	Conditions *Conditions
	HTTP       *HTTP
	Logs       *Logs
	Exec       *Exec
	Delete     *Delete

	// Extractor takes what is asserted out of the output; nil for all of it.
	Extractor *Extractor
	// Assertions all have to hold.
	Assertions []Assertion

	Source Source
}

// Logs is which of the leader's logs to look at, by kubectl's options.
type Logs struct {
	// Container is "" for the pod's default.
	Container     string
	AllContainers bool
	// Since, SinceTime and SinceAcquired say where to begin; at most one is set.
	Since         time.Duration
	SinceTime     time.Time
	SinceAcquired bool
	// Tail is how many of the last lines to begin with, nil for all.
	Tail     *int64
	Previous bool
}

// Exec is a command to run in the leader, without a shell.
type Exec struct {
	Container string // "" for the pod's default
	Command   []string
	// ExitCode is the one that the command has to end with; that alone is an assertion.
	ExitCode int
}

// Delete deletes the leader's pod, once. It is no evidence; it goes before the checks of its checkpoint.
type Delete struct {
	IgnoreNotFound bool
}

// Checkpoint is a number of checks that have to hold together.
type Checkpoint struct {
	Name string // "" where the file gives none
	// Timeout is nil where the file leaves it to the command; 0 tries once.
	Timeout *time.Duration
	// Wait is how long to wait before the first attempt.
	Wait time.Duration
	// Checks has the deletes first, the rest as it is written.
	Checks []Spec
	Source Source
}

// Kind is "" for a Spec that Validate refuses.
func (s Spec) Kind() Kind {
	var kinds []Kind
	for _, of := range []struct {
		set  bool
		kind Kind
	}{
		{s.Conditions != nil, KindLock}, {s.HTTP != nil, KindHTTP}, {s.Logs != nil, KindLogs},
		{s.Exec != nil, KindExec}, {s.Delete != nil, KindDelete},
	} {
		if of.set {
			kinds = append(kinds, of.kind)
		}
	}
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0]
}

// InNamespace fills in the namespaces that the check leaves open: the pod's is the one given, the lock's is the pod's.
func (s Spec) InNamespace(namespace string) Spec {
	s.Namespace = cmp.Or(s.Namespace, namespace)
	s.Lock.Namespace = cmp.Or(s.Lock.Namespace, s.Namespace)
	return s
}

// String tells in one line what is asserted: `GET 8080/state: jq state equals "healthy"`. Headers and bodies are left out, as
// they may hold secrets.
func (s Spec) String() string {
	what := ""
	switch s.Kind() {
	case KindLock:
		return s.Conditions.String()
	case KindDelete:
		return "delete the leader"
	case KindHTTP:
		what = s.HTTP.String()
	case KindLogs:
		what = "logs"
		if s.Logs.Container != "" {
			what += " of " + s.Logs.Container
		}
	case KindExec:
		what = "exec " + cut(strings.Join(s.Exec.Command, " "))
	}
	return what + ": " + s.Wanted()
}

// Wanted tells what an output has to be like: `status 2xx, jq state equals "healthy"`; "" for checks that have no output.
func (s Spec) Wanted() string {
	wanted := s.wanted()
	if s.HTTP != nil && !s.wantsStatus().isZero() {
		wanted = append([]string{s.wantsStatus().String()}, wanted...)
	}
	if s.Exec != nil && (s.Exec.ExitCode != 0 || len(wanted) == 0) {
		wanted = append([]string{fmt.Sprintf("exit code %d", s.Exec.ExitCode)}, wanted...)
	}
	return strings.Join(wanted, ", ")
}

// wanted is what each assertion asks, in words.
func (s Spec) wanted() []string {
	subject := "output"
	if s.Extractor != nil {
		subject = s.Extractor.String()
	}
	wanted := make([]string, len(s.Assertions))
	for i, assertion := range s.Assertions {
		wanted[i] = subject + " " + assertion.String()
	}
	return wanted
}
