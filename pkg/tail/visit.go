package tail

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// firstTurn is how long the lines of a new leader wait for the last ones of the old leader, so that a quick hand-over
// reads in order. After that both are printed as they come.
const firstTurn = 500 * time.Millisecond

// visit is the reading of one leader's pod, from its acquisition to the last that it says after its term.
type visit struct {
	tailer *Tailer
	sink   *sink
	pod    *corev1.Pod
	// from is the time of the first line that counts; zero for the options' own beginning.
	from time.Time
	// first tells the visit that the options' own beginning is meant for.
	first bool
	// passing tells the visit to a holder that is being deleted. It may be gone any moment, and nothing is lost for good if it
	// cannot be read: the next leader is what is waited for.
	passing bool
	// turn is closed when the lines of this visit may be printed.
	turn <-chan struct{}

	following    context.Context // ends when nothing new is waited for any more
	endFollowing context.CancelFunc
	cancel       context.CancelFunc
	done         chan struct{} // closed when nothing more comes
	err          error         // valid once done is closed

	writing  atomic.Int32 // streams that are printing, perhaps to a reader that has stalled
	mu       sync.Mutex
	deadline *time.Timer
	until    time.Time   // lines after it are no longer the old leader's; zero while the term lasts
	again    *corev1.Pod // as it was when this visit took over another term of its own pod; nil once that is known
}

// memory is what outlives a visit: how far each container of each pod has been printed, and of which instance.
type memory map[memoryKey]*container

type memoryKey struct {
	pod  types.UID
	name string
}

// begin starts reading the containers. The visit ends by itself when they have ended, or when it is called off.
func (v *visit) begin(ctx context.Context, wg *sync.WaitGroup, names []string, known memory) {
	ctx, v.cancel = context.WithCancel(ctx)
	v.following, v.endFollowing = context.WithCancel(ctx)
	var readers sync.WaitGroup
	var once sync.Once
	for _, name := range names {
		key := memoryKey{v.pod.UID, name}
		c := known[key]
		if c == nil {
			c = &container{name: name, position: newPosition()}
			known[key] = c
		}
		c.visit = v
		readers.Go(func() {
			err := c.follow(ctx)
			switch {
			case err == nil || ctx.Err() != nil:
			case (v.tailer.IgnoreErrors || v.passing) && isStatus(err):
				v.tailer.Notice("error: " + err.Error())
			default:
				once.Do(func() { v.err = err })
				v.cancel()
			}
		})
	}
	wg.Go(func() {
		readers.Wait()
		v.cancel()
		close(v.done)
	})
}

// over gives the visit a last while: the term has ended, and the pod has that long to say its last. What it has said by
// then is printed whole, however slow the reader of the output is.
func (v *visit) over(grace time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.until = time.Now().Add(grace)
	v.deadline = time.AfterFunc(grace, v.windDown)
}

// windDown ends the following, unless the output is what holds it up.
func (v *visit) windDown() {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.until.IsZero(): // it leads again
	case v.writing.Load() > 0:
		v.deadline = time.AfterFunc(time.Second, v.windDown)
	default:
		v.endFollowing()
	}
}

// writes marks a stream as printing until the returned function is called.
func (v *visit) writes() func() {
	v.writing.Add(1)
	return func() { v.writing.Add(-1) }
}

// pastTerm reports a line that came so long after the term that it is no longer the old leader's.
func (v *visit) pastTerm(t time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.until.IsZero() && t.After(v.until)
}

// resumes takes over back: the same pod leads again, maybe with a new process, whose log is read after what is being read
// now. False when it is too late and a new visit is needed.
func (v *visit) resumes(pod *corev1.Pod) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.deadline != nil {
		v.deadline.Stop()
	}
	v.deadline, v.until, v.again = nil, time.Time{}, pod
	return v.following.Err() == nil && !isDone(v)
}

// takeAgain returns the pod of a term that was taken over since the last call, or nil.
func (v *visit) takeAgain() *corev1.Pod {
	v.mu.Lock()
	defer v.mu.Unlock()
	pod := v.again
	v.again = nil
	return pod
}

// waitTurn waits until the lines of this visit may be printed.
func (v *visit) waitTurn(ctx context.Context) error {
	select {
	case <-v.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
