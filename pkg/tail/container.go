package tail

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const (
	retryFirst = 100 * time.Millisecond
	retryMost  = time.Second
)

// container follows the log of one container in one visit to its pod.
type container struct {
	*visit
	name     string
	position *position
	instance instance // the one that is being read
	// rest is a last line without its end: cut off by the connection, or all that the container got to say.
	rest []byte
}

// instance is one run of a container. A restart in the same pod is another instance, with a log of its own.
type instance struct {
	id       string
	restarts int32
	running  bool
}

// errPodGone tells that the pod does not exist any more, or that another has its name.
var errPodGone = errors.New("pod is gone")

// follow prints the container's log until the instance has ended and all that it said is printed, the visit is called
// off, or an error that trying again cannot mend.
func (c *container) follow(ctx context.Context) error {
	err := c.followInstance(ctx)
	if errors.Is(err, errPodGone) {
		err = nil
	}
	if err == nil && ctx.Err() == nil && len(c.rest) > 0 {
		return c.print(ctx, parseLine(c.rest), false)
	}
	return err
}

func (c *container) followInstance(ctx context.Context) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	for delay := retryFirst; ctx.Err() == nil; delay = min(2*delay, retryMost) {
		printed, err := c.read(ctx, c.request(true))
		if printed > 0 {
			delay = retryFirst
		}
		if ctx.Err() != nil || permanent(err) {
			return err
		}
		now, lookErr := c.look(ctx)
		switch {
		case lookErr != nil:
			return lookErr
		case now.id != c.instance.id:
			return c.finishPrevious(ctx, now)
		case !now.running && err == nil:
			return nil
		case !now.running:
			// The connection broke before the end of a log that will not grow any more.
			if _, err = c.read(ctx, c.request(false)); err == nil || permanent(err) || ctx.Err() != nil {
				return err
			}
		}
		// It still runs: the log was rotated, the connection was cut, or the kubelet has not reported the end yet.
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
	known := c.instance
	if c.position.started() && known.id != "" && known.id != now.id {
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
	request := c.request(false)
	request.Previous = true
	_, err := c.read(ctx, request)
	if apierrors.IsBadRequest(err) || apierrors.IsNotFound(err) {
		return nil // the node has thrown it away; what was streamed is all there is
	}
	return err
}

// request asks for what has not been printed yet.
func (c *container) request(follow bool) *corev1.PodLogOptions {
	request := c.tailer.request(c.name)
	request.Follow, request.Timestamps = follow, true
	switch {
	case c.position.started():
		request.SinceTime = ptr.To(c.position.resumeFrom())
	case c.first:
		c.tailer.begin(request, c.from)
	case !c.from.IsZero():
		request.SinceTime = ptr.To(metav1.NewTime(c.from))
	}
	return request
}

// read prints one log request to its end and returns the number of new lines.
func (c *container) read(ctx context.Context, request *corev1.PodLogOptions) (printed int, err error) {
	stream, err := c.tailer.open(ctx, c.pod, request)
	if err != nil {
		return 0, err
	}
	defer stream.Close() //nolint:errcheck // read-only
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	c.rest = nil
	overlap := c.position.overlap()
	err = eachLine(stream, func(raw []byte, more bool) error {
		l := parseLine(raw)
		switch {
		case l.time.IsZero():
			// Only the node speaks without a timestamp, of a log that it cannot read.
			c.tailer.Notice(strings.TrimSpace(string(raw)))
			return nil
		case overlap.repeats(l), l.time.Before(c.from):
			return nil
		case raw[len(raw)-1] != '\n':
			c.rest = raw
			return nil
		}
		printed++
		return c.print(ctx, l, more)
	})
	// A line that was not printed may have kept earlier ones in the buffer.
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
	c.position.printed(l)
	return c.sink.write(c.tailer.prefix(c.pod, c.name), c.tailer.visible(l), more)
}

// look reads which instance of the container there is now. It outlives an API server that does not answer.
func (c *container) look(ctx context.Context) (instance, error) {
	for delay := retryFirst; ; delay = min(2*delay, retryMost) {
		pod, err := c.tailer.Pods.Pods(c.pod.Namespace).Get(ctx, c.pod.Name, metav1.GetOptions{})
		switch {
		case err == nil && pod.UID != c.pod.UID, apierrors.IsNotFound(err):
			return instance{}, errPodGone
		case err == nil:
			return instanceOf(pod, c.name), nil
		case permanent(err):
			return instance{}, fmt.Errorf("pod %s/%s: %w", c.pod.Namespace, c.pod.Name, err)
		}
		if pause(ctx, delay); ctx.Err() != nil {
			return instance{}, ctx.Err()
		}
	}
}

func instanceOf(pod *corev1.Pod, name string) instance {
	for _, list := range [][]corev1.ContainerStatus{
		pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses, pod.Status.EphemeralContainerStatuses,
	} {
		for _, status := range list {
			if status.Name == name {
				return instance{status.ContainerID, status.RestartCount, status.State.Running != nil}
			}
		}
	}
	return instance{}
}

// permanent reports an error that trying again cannot mend: the output's own, a denied access, a wrong request.
func permanent(err error) bool {
	var broken WriteError
	return errors.As(err, &broken) || errors.Is(err, errEnough) || apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
