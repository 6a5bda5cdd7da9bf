package tail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

const (
	retryFirst = 100 * time.Millisecond
	retryMost  = time.Second
)

// container follows the log of one container in one visit to its pod. Its position outlives the visit.
type container struct {
	*visit
	name     string
	position *position
	instance instance // the one that is being read
	// rest is a last line without its end: cut off by the connection, or all that the container got to say.
	rest []byte
	// opened is when the log was first opened, by the server's clock; zero before.
	opened time.Time
	// floor is where the first reading began: what is older was left out then, and is later.
	floor  time.Time
	faults faults
}

// errPastTerm ends the reading of a pod that has had its while after its term.
var errPastTerm = errors.New("the term is long over")

// follow prints the container's log until it has ended and all that it said is printed, the visit ends, or an error
// occurs that trying again cannot mend. In a pod of several containers one that restarts alone is read on.
func (c *container) follow(ctx context.Context) error {
	for {
		err := c.followInstance(ctx)
		over := err != nil
		if errors.Is(err, errPodGone) || errors.Is(err, errPastTerm) {
			err = nil
		}
		if err == nil && ctx.Err() == nil {
			err = c.printRest(ctx)
		}
		if err != nil || over {
			return err
		}
		if !c.ledAgain() && (!c.restartsAlone() || !c.awaitInstance(ctx)) {
			return nil
		}
	}
}

// printRest prints the last line of an instance that has ended, where it has no end.
func (c *container) printRest(ctx context.Context) error {
	rest := c.rest
	if len(rest) == 0 {
		return nil
	}
	c.rest = nil
	return c.print(ctx, parseLine(rest), false)
}

// ledAgain reports, once, that the pod has begun another term while this instance was read, with another one.
func (c *container) ledAgain() bool {
	pod := c.takeAgain()
	return pod != nil && instanceOf(pod, c.name).id != c.instance.id
}

// restartsAlone reports whether the container may run again without a change of leader: one of several, that is not an
// init container of the old kind.
func (c *container) restartsAlone() bool {
	for _, init := range c.pod.Spec.InitContainers {
		if init.Name == c.name && !identity.Sidecar(&init) {
			return false
		}
	}
	return len(c.pod.Spec.Containers)+len(c.pod.Spec.InitContainers) > 1
}

// awaitInstance waits until the container runs again; false when the visit ends before.
func (c *container) awaitInstance(ctx context.Context) bool {
	for {
		if pause(c.following, 2*retryMost); c.following.Err() != nil || ctx.Err() != nil {
			return false
		}
		if now, err := c.look(ctx); err != nil || now.id != c.instance.id {
			return err == nil
		}
	}
}

func (c *container) followInstance(ctx context.Context) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	for delay := retryFirst; ctx.Err() == nil; delay = min(2*delay, retryMost) {
		printed, err := c.read(c.following, c.request(true))
		if printed > 0 {
			delay = retryFirst
		}
		if ctx.Err() != nil || c.fatal(err, true) {
			return err
		}
		now, lookErr := c.look(ctx)
		if err == nil && lookErr == nil && now == c.instance {
			// A log that ends in good order belongs to a container that has ended, mostly; the kubelet tells a second late.
			pause(c.following, retryMost)
			now, lookErr = c.look(ctx)
		}
		switch {
		case lookErr != nil:
			return lookErr
		case now.id != c.instance.id:
			return c.finishPrevious(ctx, now)
		case c.following.Err() != nil || !now.running && err != nil:
			// Nothing new is waited for; what there is, is read to its end.
			if _, err = c.read(ctx, c.request(false)); err == nil || c.fatal(err, true) || ctx.Err() != nil {
				return err
			}
		case !now.running:
			return nil
		}
		// It still runs: the log was rotated, or the connection was cut.
		pause(ctx, delay)
	}
	return nil
}

// enter learns which instance is about to be read. One that has ended since the last visit to this pod may have left
// lines behind.
func (c *container) enter(ctx context.Context) error {
	now, err := c.look(ctx)
	if err != nil {
		return err
	}
	if c.position.started() && c.instance.id != "" && c.instance.id != now.id {
		if err := c.finishPrevious(ctx, now); err != nil {
			return err
		}
	}
	c.instance = now
	return nil
}

// finishPrevious prints what is left of an instance after the next one has begun.
func (c *container) finishPrevious(ctx context.Context, now instance) error {
	if missed := now.restarts - c.instance.restarts - 1; missed > 0 {
		c.tailer.Notice(fmt.Sprintf("container %s of pod %s restarted %d times in between: the logs of %d runs are gone",
			c.name, c.pod.Name, missed+1, missed))
	}
	for delay := retryFirst; ; delay = min(2*delay, retryMost) {
		request := c.request(false)
		request.Previous = true
		_, err := c.read(ctx, request)
		switch {
		case err == nil, apierrors.IsBadRequest(err), apierrors.IsNotFound(err):
			// Where the node has thrown it away, what was streamed is all there is.
			return c.printRest(ctx)
		case ctx.Err() != nil, c.fatal(err, true):
			return err
		}
		pause(ctx, delay)
	}
}

// request asks for what has not been printed yet.
func (c *container) request(follow bool) *corev1.PodLogOptions {
	request := c.tailer.request(c.name)
	request.Follow, request.Timestamps = follow, true
	switch {
	case c.position.started():
		request.SinceTime = ptr.To(c.position.resumeFrom())
	case !c.opened.IsZero() && c.floor.After(c.from):
		request.SinceTime = ptr.To(metav1.NewTime(c.floor))
	case c.first && c.opened.IsZero():
		c.tailer.begin(request, c.from)
	case !c.from.IsZero():
		request.SinceTime = ptr.To(metav1.NewTime(c.from))
	}
	return request
}

// begun notes where the first reading begins, so that a later one leaves out what this one does. It
// reports whether that is an estimate, until the first line tells: the node counts lines, and
// seconds by a clock of its own, while the server's clock is known to the second. A line between
// the two beginnings would be printed by the later reading, after lines that are newer.
func (c *container) begun(request *corev1.PodLogOptions) (estimate bool) {
	c.opened = c.tailer.Clock.Now()
	switch {
	case request.SinceSeconds != nil:
		c.floor = c.opened.Add(-time.Duration(*request.SinceSeconds) * time.Second)
		return true
	case request.TailLines != nil:
		c.floor = c.opened
		return true
	case request.SinceTime != nil:
		c.floor = request.SinceTime.Truncate(time.Second) // as it is sent
	}
	return false
}

// read prints one log request to its end and returns the number of new lines.
func (c *container) read(ctx context.Context, request *corev1.PodLogOptions) (printed int, err error) {
	stream, err := c.tailer.open(ctx, c.pod, request)
	if err != nil {
		return 0, err
	}
	defer stream.Close() // read-only
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	from, estimate := c.from, false
	if c.opened.IsZero() {
		estimate = c.begun(request)
	} else if c.floor.After(from) {
		from = c.floor
	}
	c.recovered()
	c.rest = nil
	overlap := c.position.overlap()
	err = eachLine(stream, func(raw []byte, more bool) error {
		l := parseLine(raw)
		switch {
		case l.time.IsZero():
			// Only the node speaks without a timestamp, of a log that it cannot read.
			c.tailer.Notice(strings.TrimSpace(string(raw)))
			return nil
		case overlap.repeats(l), l.time.Before(from):
			if more {
				return nil
			}
			return c.sink.Flush() // earlier lines may wait for this one
		case c.pastTerm(l.time):
			return errPastTerm
		case raw[len(raw)-1] != '\n':
			c.rest = bytes.Clone(raw)
			return nil
		}
		if estimate {
			c.floor, estimate = l.time, false
		}
		printed++
		return c.print(ctx, l, more)
	})
	if flushErr := c.sink.Flush(); flushErr != nil {
		err = flushErr
	}
	return printed, err
}

// print prints one line when it is this visit's turn.
func (c *container) print(ctx context.Context, l line, more bool) error {
	if err := c.waitTurn(ctx); err != nil {
		return err
	}
	defer c.writes()()
	c.position.printed(l)
	return c.sink.write(c.tailer.prefix(c.pod, c.name), c.tailer.visible(l), more)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
