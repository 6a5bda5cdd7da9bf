package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// Leader is how evidence is taken from the pod that leads. Its methods end with their context.
type Leader interface {
	// Follow follows the verdicts on a check's lock until the context ends. The error is that of the first one.
	Follow(ctx context.Context, spec Spec) (*leader.Stream, error)
	// Version asks the server for its version, which every user may.
	Version(ctx context.Context) error
	// Dial connects to a port of a pod, by number or name. A *Never error is one that no other attempt can mend.
	Dial(ctx context.Context, pod *corev1.Pod, port string) (net.Conn, error)
	// Logs writes the leader's log as it grows, until there is no more of it or the context ends.
	// opened is called once it can be read.
	Logs(ctx context.Context, stream *leader.Stream, logs Logs, out io.Writer, opened func()) error
	// LastLines are the last lines of a pod's log.
	LastLines(ctx context.Context, pod *corev1.Pod) ([]string, error)
	// Exec runs a command in a container and returns what it wrote to stdout and stderr, up to a limit.
	Exec(ctx context.Context, pod *corev1.Pod, exec Exec) (output []byte, code int, err error)
	// Delete deletes this very pod and no other of its name.
	Delete(ctx context.Context, pod *corev1.Pod) error
}

// Never is an error that no further attempt can mend: the question has no answer.
type Never struct{ Err error }

func (e *Never) Error() string { return e.Err.Error() }

// Unwrap is the error itself.
func (e *Never) Unwrap() error { return e.Err }

// Runner runs checks until they hold.
type Runner struct {
	Leader Leader
	// Timeout is how long a checkpoint may take that does not say so itself; 0 tries once.
	Timeout time.Duration
	// Patient gives a checkpoint that does not say how long it may take enough time for a Lease to
	// run out (leader.DefaultWait).
	Patient bool
	// Interval is how long to wait before evidence is taken again that no event announces.
	Interval time.Duration
	// TLS is for endpoints with scheme https.
	TLS EndpointTLS
	// Notice gets one line while the cluster does not answer in the beginning; nil for none.
	Notice func(message string)
	// Progress is told what happens, by one goroutine at a time; nil for nobody.
	Progress func(Event)

	mu      sync.Mutex
	life    context.Context // of the run: a stream outlives its checkpoint
	streams map[streamKey]*leader.Stream
}

// streamKey: checks share the stream of a lock, but for those that want to hear of renewals.
type streamKey struct {
	lock, namespace string
	renewals        bool
}

func (s Spec) streamKey() streamKey { return streamKey{s.Lock.String(), s.Namespace, s.Renewals()} }

// Renewals reports that the check wants to hear of every renewal of its lock. leaseTransitions may
// change with one.
func (s Spec) Renewals() bool {
	return s.Conditions != nil && (s.Conditions.RenewedWithin > 0 || s.Conditions.Transitions != nil)
}

// Event is news of a check.
type Event struct {
	// Check counts the checks of all checkpoints, from 0.
	Check int
	// Outcome is what there is so far.
	Outcome Outcome
	// Done is true for the last one.
	Done bool
}

// Run runs one checkpoint after the other. What comes after one that does not hold is skipped. When the context ends before,
// its cause is why the checks have no answer.
func (r *Runner) Run(ctx context.Context, checkpoints []Checkpoint) Report {
	ctx, stop := context.WithCancel(ctx)
	r.life, r.streams = ctx, map[streamKey]*leader.Stream{}
	defer func() {
		stop()
		for _, stream := range r.streams {
			<-stream.Done()
		}
	}()
	report := Report{Began: time.Now()}
	skip := ""
	for part, checkpoint := range checkpoints {
		attempts := r.attempts(checkpoint, part, len(report.Outcomes), skip)
		if skip == "" {
			r.checkpoint(ctx, checkpoint, attempts)
		}
		for _, a := range attempts {
			if !a.Holds {
				skip = SkippedAfterFailure
			}
			a.tell(true)
			report.Outcomes = append(report.Outcomes, a.Outcome)
		}
	}
	report.Ended = time.Now()
	return report
}

// attempts are those of a checkpoint; first is the number of the first one through all checkpoints.
func (r *Runner) attempts(checkpoint Checkpoint, part, first int, skip string) []*attempt {
	attempts := make([]*attempt, len(checkpoint.Checks))
	past := map[types.UID]bool{}
	for i, spec := range checkpoint.Checks {
		attempts[i] = &attempt{
			run: r, index: first + i, once: r.timeout(checkpoint) == 0, past: past,
			Outcome: Outcome{Spec: spec, Checkpoint: checkpoint.Name, Part: part, Skipped: skip},
		}
		if skip == "" {
			attempts[i].Began = time.Now()
		}
	}
	return attempts
}

func (r *Runner) timeout(checkpoint Checkpoint) time.Duration {
	if checkpoint.Timeout != nil {
		return *checkpoint.Timeout
	}
	return r.Timeout
}

// checkpoint makes the attempts until all hold together.
func (r *Runner) checkpoint(ctx context.Context, checkpoint Checkpoint, attempts []*attempt) {
	pause(ctx, checkpoint.Wait)
	deadline, asked := ctx, login.Start()
	timeout := r.timeout(checkpoint)
	if timeout > 0 {
		var cancel context.CancelFunc
		deadline, cancel = login.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var pending []*attempt
	if r.follow(deadline, attempts) {
		longer := r.patience(checkpoint, attempts)
		if left := longer - asked.Elapsed(); timeout > 0 && longer > timeout && left > 0 {
			var cancel context.CancelFunc
			deadline, cancel = login.WithTimeout(ctx, left)
			defer cancel()
		}
		pending = deletions(deadline, attempts)
	}
	if deadline.Err() != nil {
		// The cluster took all of the time for its first answers. By them, what there is now is looked at, once.
		for _, a := range pending {
			a.once = true
		}
		deadline = ctx
	}
	for ; len(pending) > 0; pending = stale(ctx, attempts) {
		together(deadline, pending)
	}
	if deadline.Err() == nil && slices.ContainsFunc(attempts, func(a *attempt) bool { return a.Err != nil }) {
		for _, a := range attempts {
			if !a.Holds && a.Err == nil && a.Skipped == "" {
				a.Skipped = SkippedUndecided // it may have come to hold yet
			}
		}
	}
	r.explain(ctx, attempts)
	for _, a := range attempts {
		if a.Ended.IsZero() {
			a.Ended = time.Now()
		}
		if !a.Holds && a.Err == nil && a.Skipped == "" {
			a.Err = a.refused // nobody knows either
		}
		if ctx.Err() != nil && !a.Holds && a.Skipped == "" {
			a.Err = context.Cause(ctx) // nobody knows whether it would have held
		}
	}
}

// patience is how long the checks of a checkpoint may take by their locks, 0 where that is said
// elsewhere.
func (r *Runner) patience(checkpoint Checkpoint, attempts []*attempt) (longest time.Duration) {
	if !r.Patient || checkpoint.Timeout != nil {
		return 0
	}
	for _, a := range attempts {
		longest = a.Status.DefaultWait(longest)
	}
	return longest
}

// follow follows the locks, and reports whether it could.
func (r *Runner) follow(ctx context.Context, attempts []*attempt) bool {
	for i, a := range attempts {
		if a.stream, a.Err = r.awaitStream(ctx, a); a.Err != nil {
			for _, later := range attempts[i+1:] {
				later.Err = a.Err
			}
			return false
		}
		a.Status = a.stream.Latest().Status
	}
	return true
}

// deletions deletes what has to be deleted, once. It returns the checks that are to be made; none
// where something went wrong.
func deletions(ctx context.Context, attempts []*attempt) (pending []*attempt) {
	for _, a := range attempts {
		if a.Spec.Kind() != KindDelete {
			pending = append(pending, a)
			continue
		}
		if a.delete(ctx); !a.Holds {
			for _, later := range attempts {
				if later != a && !later.Holds {
					later.Skipped = SkippedUndeleted
				}
			}
			return nil
		}
	}
	return pending
}

// awaitStream is the stream of a check's lock, as soon as the cluster answers.
func (r *Runner) awaitStream(ctx context.Context, a *attempt) (*leader.Stream, error) {
	var denied denials
	for told := false; ; {
		stream, err := r.stream(a.Spec)
		switch {
		case err == nil || a.once || !isDenial(err) && !passing(err):
			return stream, err
		case !isDenial(err):
			denied = denials{outage: true}
		case denied.believed(r.Leader.Version(ctx)):
			return nil, err
		case !denied.outage && denied.count == 1:
			continue // the roles may have come between the two answers
		}
		if !told && r.Notice != nil {
			r.Notice(fmt.Sprintf("%v; trying again", err))
		}
		told = true
		a.Got = err.Error()
		a.tell(false)
		if !pause(ctx, r.Interval) {
			return nil, err
		}
	}
}

// denials are those that came one after the other. A server that has just started denies everything until it knows its roles, and
// it learns of those for all, by which it tells its version, before those of namespaces.
type denials struct {
	outage bool // it did not answer before
	count  int
}

const (
	denialsBelieved = 2  // the first one may have come just before the roles
	denialsInStart  = 3  // of a server that did not answer before
	denialsAlone    = 10 // of one that denies its version, too: hardened ones do, to all or to bad credentials
)

// believed counts one more, and reports whether it is the server's last word, by how it answers what everybody may ask.
func (d *denials) believed(version error) bool {
	if version != nil && !isDenial(version) {
		*d = denials{outage: true}
		return false
	}
	d.count++
	switch {
	case version != nil:
		d.outage = true // nothing tells that it was none
		return d.count >= denialsAlone
	case d.outage:
		return d.count >= denialsInStart
	}
	return d.count >= denialsBelieved
}

func isDenial(err error) bool { return apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) }

// passing reports whether a server that does not answer may do so soon: it is being started, or has
// too much to do. An answer that was cut in its middle is wrapped by client-go, which IsProbableEOF
// does not see.
func passing(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) ||
		utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) || errors.Is(err, syscall.EPIPE) || utilnet.IsProbableEOF(err) || utilnet.IsTimeout(err) ||
		errors.Is(err, context.DeadlineExceeded) || apierrors.IsServiceUnavailable(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) || apierrors.IsInternalError(err)
}

// stream is the one of a check's lock; checks of one lock share it.
func (r *Runner) stream(spec Spec) (*leader.Stream, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := spec.streamKey()
	if r.streams[key] == nil {
		stream, err := r.Leader.Follow(r.life, spec)
		if err != nil {
			return nil, err
		}
		r.streams[key] = stream
	}
	return r.streams[key], nil
}

// stale are the checks that do not hold any more by what the server says now, when all are said to: a watch may be late. None
// when one does not hold anyway.
func stale(ctx context.Context, attempts []*attempt) []*attempt {
	if len(attempts) == 1 || slices.ContainsFunc(attempts, func(a *attempt) bool { return !a.Holds }) {
		return nil
	}
	confirmAll(ctx, attempts)
	var pending []*attempt
	for _, a := range attempts {
		if !a.Holds {
			pending = append(pending, a)
		}
	}
	if len(pending) > 0 && pending[0].once {
		return nil
	}
	return pending
}

// confirmWithin bounds what the server is asked when all checks hold.
const confirmWithin = 5 * time.Second

// confirmAll asks once for each lock whether its checks hold still, and takes back those that do not.
func confirmAll(ctx context.Context, attempts []*attempt) {
	ctx, cancel := login.WithTimeout(ctx, confirmWithin)
	defer cancel()
	ofLock := map[streamKey][]*attempt{}
	for _, a := range attempts {
		if a.Holds && a.Spec.Kind() != KindDelete {
			key := a.Spec.streamKey()
			key.renewals = false
			ofLock[key] = append(ofLock[key], a)
		}
	}
	var wg sync.WaitGroup
	for _, asking := range ofLock {
		wg.Go(func() {
			now, err := asking[0].stream.Confirm(ctx)
			for _, a := range asking {
				a.Holds = a.confirmedBy(now, err)
			}
		})
	}
	wg.Wait()
}
