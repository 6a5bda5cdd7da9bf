package report

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

var (
	began   = time.Date(2026, 1, 4, 10, 0, 0, 0, time.UTC)
	theLock = election.Ref{Namespace: "ops", Name: "demo-operator"}
	hostile = strings.Join([]string{
		"\x1b[2J\x1b]0;title\a\u009b31m\u202egnp.exe", "]]>", "::error::stolen", "  ::add-mask::x", "##[add-mask]y", "%0A::warning::z",
		"not ok 1 # TODO", "  ...", "\xff\x00<b>&amp;",
	}, "\n")
)

// led is a healthy leader.
func led(holder string) leader.Status {
	return leader.Status{
		Lock: election.Lock{Ref: theLock, Exists: true, Record: election.Record{
			Holder: holder, Acquired: began.Add(-time.Hour), Renewed: began.Add(28 * time.Second), Duration: 15 * time.Second, Transitions: 3,
		}},
		State: election.Held, Time: began.Add(30 * time.Second),
		Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "demo-operator-0"}, Spec: corev1.PodSpec{NodeName: "node-1"}},
	}
}

// nobody is a lock without a leader.
func nobody(state election.State, reason leader.Reason, candidates ...identity.Candidate) leader.Status {
	status := led("demo-operator-0_9c2f")
	status.State, status.Reason, status.Pod, status.Candidates = state, reason, nil, candidates
	return status
}

func lockCheck() check.Spec { return check.Spec{Lock: theLock, Conditions: &check.Conditions{}} }

func stateCheck(t *testing.T, wanted string) check.Spec {
	t.Helper()
	jq, err := check.CompileJQ("state")
	if err != nil {
		t.Fatal(err)
	}
	equals, err := check.NewAssertion(check.Equals, wanted)
	if err != nil {
		t.Fatal(err)
	}
	return check.Spec{Lock: theLock, HTTP: &check.HTTP{Port: "8080", Path: "/state"}, Extractor: jq, Assertions: []check.Assertion{equals}}
}

func at(spec check.Spec, line int) check.Spec {
	spec.Source = check.Source{File: "checks/leader.yaml", Line: line}
	return spec
}

// outcome is one attempt that took a while.
func outcome(spec check.Spec, took time.Duration, change func(*check.Outcome)) check.Outcome {
	o := check.Outcome{Spec: spec, Status: led("demo-operator-0_9c2f"), Attempts: 1, Began: began, Ended: began.Add(took)}
	change(&o)
	o.Holds = o.Holds || o.Verdict.Holds
	return o
}

func judged(spec check.Spec, body string) check.Verdict {
	return spec.Evaluate(context.Background(), check.Evidence{Output: []byte(body), Status: 200})
}

func reportOf(outcomes ...check.Outcome) check.Report {
	r := check.Report{Outcomes: outcomes, Began: began, Ended: began}
	for _, o := range outcomes {
		if o.Ended.After(r.Ended) {
			r.Ended = o.Ended
		}
	}
	return r
}

// cases are reports of every kind, by the name of their golden files.
func cases(t *testing.T) map[string]check.Report {
	state := stateCheck(t, "healthy")
	holds := func(o *check.Outcome) { o.Holds, o.Wanted = true, "lock held" }
	answers := func(body string) func(*check.Outcome) {
		return func(o *check.Outcome) { o.Verdict = judged(o.Spec, body) }
	}
	named := func(name string, o check.Outcome) check.Outcome {
		o.Checkpoint = name
		return o
	}
	hostileStatus := led(hostile)
	hostileStatus.Lock.Exists = true
	mixed := reportOf(
		named("before the failover", outcome(at(lockCheck(), 4), 300*time.Millisecond, holds)),
		named("before the failover", outcome(at(state, 6), 12*time.Millisecond, answers(`{"state":"healthy"}`))),
		outcome(at(state, 12), 4250*time.Millisecond, func(o *check.Outcome) {
			o.Attempts = 9
			o.Verdict = judged(o.Spec, `{"state":"pending"}`)
			o.LastLines = []string{"I0104 10:00:01 waiting for caches\n", "\x1b[31mERROR\x1b[0m not ready"}
		}),
		outcome(at(state, 15), time.Second, func(o *check.Outcome) {
			o.Err = errors.New("pod ops/demo-operator-0 has no port named 8080\nits ports: metrics (8443)")
		}),
	)
	for i := range mixed.Outcomes[2:] {
		mixed.Outcomes[2+i].Part = 1
	}
	mixed.Outcomes = append(mixed.Outcomes,
		check.Outcome{Spec: at(lockCheck(), 21), Checkpoint: "after it", Part: 2, Skipped: check.SkippedAfterFailure},
		check.Outcome{Spec: at(state, 23), Checkpoint: "after it", Part: 2, Skipped: check.SkippedAfterFailure},
		check.Outcome{Spec: at(state, 30), Part: 3, Skipped: check.SkippedAfterFailure},
	)
	inPart := func(part int, o check.Outcome) check.Outcome {
		o.Part = part
		return o
	}
	return map[string]check.Report{
		"empty": reportOf(),
		"holds": reportOf(outcome(lockCheck(), 300*time.Millisecond, holds), outcome(state, 95*time.Second, answers(`{"state":"healthy"}`))),
		"mixed": mixed,
		"discarded": reportOf(
			outcome(state, 2*time.Second, func(o *check.Outcome) { answers(`{"state":"healthy"}`)(o); o.Attempts, o.Discarded = 5, 2 }),
			outcome(state, 2*time.Second, func(o *check.Outcome) { o.Attempts, o.Discarded = 3, 3 }),
			outcome(state, 2*time.Second, func(o *check.Outcome) { answers(`oops`)(o); o.Attempts, o.Discarded = 4, 1 }),
			outcome(lockCheck(), 2*time.Second, func(o *check.Outcome) { o.Wanted, o.Discarded = "lock held", 1 }), // it held, then not
			outcome(state, 2*time.Second, func(o *check.Outcome) {}),                                               // cut short
		),
		"nobody": reportOf(
			outcome(lockCheck(), 30*time.Second, func(o *check.Outcome) {
				o.Status = nobody(election.Expired, leader.Reason(election.Expired))
				o.Wanted, o.Got = "lock held", o.Status.Message()
			}),
			outcome(state, 30*time.Second, func(o *check.Outcome) {
				o.Attempts = 0
				o.Status = nobody(election.Held, leader.Ambiguous,
					identity.Candidate{Namespace: "ops", Name: "demo-operator-0", Reason: "its name"},
					identity.Candidate{Namespace: "ops", Name: "demo-operator-01", Reason: "its name"})
				o.Got = o.Status.Message()
			}),
			outcome(check.Spec{Lock: theLock, Conditions: &check.Conditions{Missing: true}}, time.Second, func(o *check.Outcome) {
				o.Holds = true
				o.Status = leader.Status{Lock: election.Lock{Ref: theLock}, State: election.Missing, Reason: leader.Reason(election.Missing)}
			}),
			outcome(state, 0, func(o *check.Outcome) { o.Attempts, o.Status = 0, leader.Status{} }),
			outcome(state, time.Second, func(o *check.Outcome) {
				answers(`{"state":"pending"}`)(o)
				o.Status = nobody(election.Held, leader.PodGone)
				o.Status.PodNamespace, o.Status.PodName = "ops", "demo-operator-0"
				o.Got = o.Status.Message()
			}),
		),
		"hostile": reportOf(
			named("::error::"+hostile, outcome(at(stateCheck(t, hostile), 3), time.Second, func(o *check.Outcome) {
				o.Status = hostileStatus
				o.Verdict = judged(o.Spec, hostile)
				o.LastLines = strings.Split(hostile, "\n")
			})),
			named("::error::"+hostile, outcome(lockCheck(), time.Second, func(o *check.Outcome) {
				o.Status, o.Err = hostileStatus, errors.New(hostile)
				o.Spec.Source = check.Source{File: "a,b:c%0A\n::x.yaml", Line: 1}
			})),
			inPart(1, outcome(lockCheck(), time.Second, func(o *check.Outcome) { o.Status, o.Holds = hostileStatus, true })),
			inPart(1, outcome(lockCheck(), time.Second, func(o *check.Outcome) { o.Status, o.Got = hostileStatus, hostile })),
		),
	}
}
