package check_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// TestAStaleAnswerDoesNotCount lets the leadership pass on between an answer and its verdict.
func TestAStaleAnswerDoesNotCount(t *testing.T) {
	var cluster *leadertest.Cluster
	cluster, p := scene(t, func(pod string, w http.ResponseWriter, _ *http.Request) {
		if pod == "op-0" {
			cluster.Hold("op-1_b", time.Minute)
		}
		fmt.Fprint(w, "healthy")
	})
	s := asserting(t, check.Equals, "healthy")
	s.HTTP = &check.HTTP{Port: "8080", Path: "/"}
	report := run(t, p, 10*time.Second, s)
	o := report.Outcomes[0]
	if !report.Holds() || o.Status.Pod.Name != "op-1" || o.Discarded != 1 || o.Attempts != 2 {
		t.Errorf("holds %v in the term of %s after %d attempts, %d of them discarded", o.Holds, o.Status.PodName, o.Attempts, o.Discarded)
	}
}

// TestChecksHoldTogether lets the leadership pass on after one check holds and before the other does.
func TestChecksHoldTogether(t *testing.T) {
	var cluster *leadertest.Cluster
	passed := atomic.Bool{}
	cluster, p := scene(t, func(pod string, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" && pod == "op-0" {
			if !passed.Load() {
				fmt.Fprint(w, "pending")
				return
			}
			cluster.Hold("op-1_b", time.Minute)
		}
		if r.URL.Path == "/quick" {
			passed.Store(true)
		}
		fmt.Fprint(w, "healthy")
	})
	quick, slow := asserting(t, check.Equals, "healthy"), asserting(t, check.Equals, "healthy")
	quick.HTTP, slow.HTTP = &check.HTTP{Port: "8080", Path: "/quick"}, &check.HTTP{Port: "8080", Path: "/slow"}
	report := run(t, p, 10*time.Second, quick, slow)
	for _, o := range report.Outcomes {
		if !o.Holds || o.Status.Pod.Name != "op-1" {
			t.Errorf("%s: holds %v in the term of %s", o.Spec, o.Holds, o.Status.PodName)
		}
	}
	if report.Outcomes[0].Discarded == 0 {
		t.Error("what the first leader said counts in the second one's term")
	}
}

// TestWhatHeldInATermThatIsOver is no pass in a report that fails, unless it holds in the present term, too.
func TestWhatHeldInATermThatIsOver(t *testing.T) {
	var cluster *leadertest.Cluster
	cluster, p := scene(t, func(pod string, w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/never" && pod == "op-0" {
			cluster.Hold("op-1_b", time.Minute)
		}
		fmt.Fprint(w, pod)
	})
	old, any, never := asserting(t, check.Equals, "op-0"), asserting(t, check.Exists), asserting(t, check.Equals, "x")
	old.HTTP, any.HTTP = &check.HTTP{Port: "8080", Path: "/"}, &check.HTTP{Port: "8080", Path: "/"}
	never.HTTP = &check.HTTP{Port: "8080", Path: "/never", Wait: 100 * time.Millisecond}
	report := run(t, p, time.Second, old, any, never)
	for i, want := range []bool{false, true, false} {
		if o := report.Outcomes[i]; o.Holds != want || o.Holds && o.Status.Pod.Name != "op-1" {
			t.Errorf("%s: holds %v in the term of %s: %s", o.Spec, o.Holds, o.Status.PodName, o.Message())
		}
	}
}

// TestSkipped: what comes after a checkpoint that does not hold keeps its name, and is not asked.
func TestSkipped(t *testing.T) {
	_, p := scene(t, nil)
	fails, later := spec(), spec()
	fails.Conditions, later.Conditions = &check.Conditions{Missing: true}, &check.Conditions{}
	runner := &check.Runner{Leader: p, Interval: 10 * time.Millisecond}
	report := runner.Run(t.Context(), []check.Checkpoint{{Checks: []check.Spec{fails}}, {Name: "later", Checks: []check.Spec{later}}})
	if o := report.Outcomes[1]; report.Holds() || o.Skipped == "" || o.Checkpoint != "later" || o.Part != 1 || o.Attempts > 0 {
		t.Errorf("%+v", o)
	}
}

func TestHTTPThatNeverHolds(t *testing.T) {
	_, p := scene(t, func(_ string, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "pending") })
	s := asserting(t, check.Equals, "healthy")
	s.HTTP = &check.HTTP{Port: "8080", Path: "/"}
	report := run(t, p, 50*time.Millisecond, s)
	o := report.Outcomes[0]
	if report.Holds() || o.Err != nil || !strings.Contains(o.Message(), `got "pending"`) || len(o.LastLines) != 1 {
		t.Errorf("%+v: %s", o, o.Message())
	}
	s.HTTP.Port = "never"
	if report := run(t, p, time.Minute, s); report.Undecided() == nil {
		t.Error("a port that the pod does not have is asked again")
	}
}

func TestRedirectsStayOnTheLeader(t *testing.T) {
	_, p := scene(t, func(_ string, w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		default:
			fmt.Fprint(w, "there")
		}
	})
	for path, want := range map[string]string{"/here": "200", "/away": "302"} {
		status, err := check.ParseStatus(want)
		if err != nil {
			t.Fatal(err)
		}
		s := spec()
		s.HTTP = &check.HTTP{Port: "8080", Path: path, Status: status}
		if report := run(t, p, 0, s); !report.Holds() {
			t.Errorf("%s: %s", path, report.Outcomes[0].Message())
		}
	}
}

func TestALargeAnswerIsRefused(t *testing.T) {
	_, p := scene(t, func(_ string, w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 9<<20)) })
	s := spec()
	s.HTTP = &check.HTTP{Port: "8080", Path: "/"}
	if err := run(t, p, time.Minute, s).Undecided(); err == nil || !strings.Contains(err.Error(), "longer than 8 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestLogs(t *testing.T) {
	_, p := scene(t, nil)
	p.log = func(out io.Writer, pod *corev1.Pod) error {
		_, err := fmt.Fprintf(out, "%s acquired leader lock\n", pod.Name)
		return err
	}
	for _, test := range []struct {
		operator check.Operator
		operand  string
		want     bool
	}{
		{check.OutputContains, "op-0 acquired", true}, {check.OutputContains, "op-1", false},
		{check.OutputNotContains, "panic", true}, {check.OutputNotContains, "acquired", false},
	} {
		s := asserting(t, test.operator, test.operand)
		s.Logs = &check.Logs{}
		if report := run(t, p, time.Second, s); report.Holds() != test.want {
			t.Errorf("%s: %v, %s", s, report.Holds(), report.Outcomes[0].Message())
		}
	}
}

func TestALargeLogIsRefused(t *testing.T) {
	_, p := scene(t, nil)
	p.log = func(out io.Writer, _ *corev1.Pod) error {
		for range 9 {
			if _, err := out.Write(make([]byte, 1<<20)); err != nil {
				return nil // it is not looked at any more
			}
		}
		return nil
	}
	s := asserting(t, check.OutputContains, "never said")
	s.Logs = &check.Logs{}
	if err := run(t, p, time.Minute, s).Undecided(); err == nil || !strings.Contains(err.Error(), "the log is longer than 8 MiB") {
		t.Errorf("error %v", err)
	}
}

func TestDeleteRunsOnceAndTheDeletedSaysNothing(t *testing.T) {
	_, p := scene(t, func(pod string, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, pod) })
	d := spec()
	d.Delete = &check.Delete{}
	s := asserting(t, check.Equals, "op-1")
	s.HTTP = &check.HTTP{Port: "8080", Path: "/"}
	l := spec()
	l.Conditions = &check.Conditions{ChangedFrom: "op-0"}
	report := run(t, p, 10*time.Second, d, s, l)
	if !report.Holds() || len(p.deleted) != 1 || p.deleted[0] != "op-0" {
		t.Errorf("%+v, deleted %v", report, p.deleted)
	}
}

func TestConditions(t *testing.T) {
	transitions, err := check.ParseTransitions(">=0")
	if err != nil {
		t.Fatal(err)
	}
	many, err := check.ParseTransitions(">= 1000")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		conditions check.Conditions
		want       bool
	}{
		{check.Conditions{}, true},
		{check.Conditions{Released: true}, false},
		{check.Conditions{Missing: true}, false},
		{check.Conditions{Holder: "op-0"}, true},
		{check.Conditions{Holder: "op-0_a"}, true},
		{check.Conditions{Holder: "op-1"}, false},
		{check.Conditions{HolderNot: "op-1"}, true},
		{check.Conditions{HolderNot: "op-0"}, false},
		{check.Conditions{ChangedFrom: "op-0_a"}, false},
		{check.Conditions{ChangedFrom: "uid-op-0"}, false},
		{check.Conditions{ChangedFrom: "uid-op-0-before"}, true},
		{check.Conditions{ChangedFrom: "this term"}, false},
		{check.Conditions{TermAfter: "this term"}, false},
		{check.Conditions{TermAfter: "term-0123456789abcdef01234567"}, true},
		{check.Conditions{Transitions: &transitions}, true},
		{check.Conditions{Transitions: &many}, false},
		{check.Conditions{RenewedWithin: time.Minute}, true},
		{check.Conditions{RenewedWithin: time.Nanosecond}, false},
		{check.Conditions{StableFor: 100 * time.Millisecond}, true},
		{check.Conditions{StableFor: time.Minute}, false},
		{check.Conditions{PodReady: true}, true},
	} {
		_, p := scene(t, nil)
		s := spec()
		s.Conditions = &test.conditions
		status, err := p.finder.Find(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []*string{&s.Conditions.ChangedFrom, &s.Conditions.TermAfter} {
			*field = strings.ReplaceAll(*field, "this term", status.Lock.Term())
		}
		if report := run(t, p, 300*time.Millisecond, s); report.Holds() != test.want {
			t.Errorf("%s: %v, %s", s, report.Holds(), report.Outcomes[0].Message())
		}
	}
}

// TestTheSamePodLeadsAgain distinguishes two terms of one pod by the term, not by the pod's name.
func TestTheSamePodLeadsAgain(t *testing.T) {
	cluster, p := scene(t, nil)
	before, err := p.finder.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cluster.Hold("op-0_a", time.Minute)
	for _, test := range []struct {
		conditions check.Conditions
		want       bool
	}{
		{check.Conditions{ChangedFrom: "op-0"}, false},
		{check.Conditions{ChangedFrom: before.Lock.Term()}, true},
		{check.Conditions{TermAfter: before.Lock.Term()}, true},
	} {
		s := spec()
		s.Conditions = &test.conditions
		if report := run(t, p, 300*time.Millisecond, s); report.Holds() != test.want {
			t.Errorf("%s: %v, %s", s, report.Holds(), report.Outcomes[0].Message())
		}
	}
}

// TestConditionsWithAClockThatIsOff: what is asserted can hold, also where the server does not tell
// when it was written.
func TestConditionsWithAClockThatIsOff(t *testing.T) {
	for _, test := range []struct {
		skew     time.Duration
		stripped bool
	}{{-30 * time.Second, false}, {time.Hour, false}, {-30 * time.Second, true}} {
		cluster, p := scene(t, nil)
		cluster.Skew(test.skew)
		if test.stripped {
			cluster.StripManagedFields()
		}
		cluster.Hold("op-0_a", 3*time.Second)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			renew := time.NewTicker(100 * time.Millisecond)
			defer renew.Stop()
			for {
				select {
				case <-renew.C:
					cluster.Renew()
				case <-ctx.Done():
					return
				}
			}
		}()
		s := spec()
		s.Conditions = &check.Conditions{StableFor: 200 * time.Millisecond}
		if !test.stripped {
			s.Conditions.RenewedWithin = 3 * time.Second
		}
		if report := run(t, p, 10*time.Second, s); !report.Holds() {
			t.Errorf("a skew of %s: %s", test.skew, report.Outcomes[0].Message())
		}
		stop()
		<-done
	}
}

// TestALeaseThatIsNotRenewedAnyMore is judged by its age at the moment of the verdict.
func TestALeaseThatIsNotRenewedAnyMore(t *testing.T) {
	_, p := scene(t, nil)
	s := spec()
	s.Conditions = &check.Conditions{RenewedWithin: 200 * time.Millisecond, StableFor: 400 * time.Millisecond}
	if report := run(t, p, time.Second, s); report.Holds() {
		t.Error("a renewal of long ago counts")
	}
}

// TestAClusterThatIsFarAway answers when the time is up: what it says is the verdict all the same.
func TestAClusterThatIsFarAway(t *testing.T) {
	_, p := scene(t, func(_ string, w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "healthy") })
	p.far = 50 * time.Millisecond
	op, other, healthy, ill := spec(), spec(), asserting(t, check.Equals, "healthy"), asserting(t, check.Equals, "ill")
	op.Conditions, other.Conditions = &check.Conditions{Holder: "op-0"}, &check.Conditions{Holder: "nobody"}
	healthy.HTTP, ill.HTTP = &check.HTTP{Port: "8080", Path: "/"}, &check.HTTP{Port: "8080", Path: "/"}
	for _, test := range []struct {
		spec  check.Spec
		holds bool
	}{{op, true}, {healthy, true}, {other, false}, {ill, false}} {
		if report := run(t, p, time.Millisecond, test.spec); report.Holds() != test.holds || report.Undecided() != nil {
			t.Errorf("%s: %v (%v), want %v", test.spec.String(), report.Holds(), report.Undecided(), test.holds)
		}
	}
}

// TestAMissingLockIsConfirmed by the server: what a watch has shown last is no proof.
func TestAMissingLockIsConfirmed(t *testing.T) {
	cluster, p := scene(t, nil)
	cluster.Delete("lease/op")
	s := spec()
	s.Conditions = &check.Conditions{Missing: true, StableFor: 200 * time.Millisecond}
	time.AfterFunc(50*time.Millisecond, func() { cluster.Fail(errors.New("connection refused")) })
	report := run(t, p, time.Second, s)
	if report.Holds() || report.Undecided() == nil {
		t.Errorf("without a cluster the answer is %v, %v", report.Holds(), report.Undecided())
	}
}

// TestWhatCanNeverHealEndsAtOnce beside a check that could still hold.
func TestWhatCanNeverHealEndsAtOnce(t *testing.T) {
	_, p := scene(t, nil)
	waits, never := spec(), spec()
	waits.Conditions = &check.Conditions{Holder: "nobody"}
	never.HTTP = &check.HTTP{Port: "never", Path: "/"}
	began := time.Now()
	if report := run(t, p, time.Minute, waits, never); report.Undecided() == nil || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", report.Undecided(), time.Since(began))
	}
}

// TestADenialThatIsNotBelieved until the time is up is no answer, either.
func TestADenialThatIsNotBelieved(t *testing.T) {
	_, p := scene(t, nil)
	p.version = apierrors.NewUnauthorized("no")
	denied := spec()
	denied.HTTP = &check.HTTP{Port: "denied", Path: "/"}
	if report := run(t, p, 50*time.Millisecond, denied); !apierrors.IsForbidden(report.Undecided()) {
		t.Errorf("%v", report.Undecided())
	}
}

// TestALogThatCannotBeReadSaysNothing, neither does it lack anything.
func TestALogThatCannotBeReadSaysNothing(t *testing.T) {
	_, p := scene(t, nil)
	p.silent = true
	s := asserting(t, check.OutputNotContains, "panic")
	s.Logs = &check.Logs{}
	if report := run(t, p, 1500*time.Millisecond, s); report.Holds() {
		t.Error("a log that nobody has opened lacks what it must not have")
	}
}

func TestDeleteOfNobody(t *testing.T) {
	cluster, p := scene(t, nil)
	cluster.Delete("lease/op")
	d, gone := spec(), spec()
	d.Delete = &check.Delete{}
	if report := run(t, p, 0, d); report.Holds() || len(p.deleted) > 0 {
		t.Errorf("deleted %v", p.deleted)
	}
	d.Delete = &check.Delete{IgnoreNotFound: true}
	gone.Conditions = &check.Conditions{Missing: true}
	if report := run(t, p, 10*time.Second, d, gone); !report.Holds() {
		t.Error("nobody to delete, and that was fine")
	}
}

// TestStableForStartsAnew with each change of the term.
func TestStableForStartsAnew(t *testing.T) {
	cluster, p := scene(t, nil)
	s := spec()
	s.Conditions = &check.Conditions{StableFor: 300 * time.Millisecond}
	began := time.Now()
	time.AfterFunc(200*time.Millisecond, func() { cluster.Hold("op-1_b", time.Minute) })
	report := run(t, p, 10*time.Second, s)
	if took := time.Since(began); !report.Holds() || took < 500*time.Millisecond || report.Outcomes[0].Status.Pod.Name != "op-1" {
		t.Errorf("%v after %s: %s", report.Holds(), took, report.Outcomes[0].Message())
	}
}

func TestExec(t *testing.T) {
	_, p := scene(t, nil)
	s := asserting(t, check.OutputContains, "op-0 cat token")
	s.Exec = &check.Exec{Command: []string{"cat", "token"}, ExitCode: 3}
	if report := run(t, p, 0, s); !report.Holds() {
		t.Error(report.Outcomes[0].Message())
	}
	s.Exec.ExitCode = 0
	if report := run(t, p, 0, s); report.Holds() || !strings.Contains(report.Outcomes[0].Message(), "got exit code 3") {
		t.Error(report.Outcomes[0].Message())
	}
}

// TestDefaultTimeFollowsTheLease: a holder that is gone keeps the Lease for as long as it lasts. A
// time that is given is kept to.
func TestDefaultTimeFollowsTheLease(t *testing.T) {
	for _, patient := range []bool{true, false} {
		cluster, p := scene(t, nil)
		s := spec()
		s.Conditions = &check.Conditions{Holder: "op-1"}
		runner := &check.Runner{Leader: p, Timeout: 100 * time.Millisecond, Patient: patient, Interval: 10 * time.Millisecond}
		change := time.AfterFunc(time.Second, func() { cluster.Hold("op-1_b", time.Minute) })
		report := runner.Run(t.Context(), []check.Checkpoint{{Checks: []check.Spec{s}}})
		change.Stop()
		if report.Holds() != patient {
			t.Errorf("patient %t: holds %t: %s", patient, report.Holds(), report.Outcomes[0].Message())
		}
	}
}
