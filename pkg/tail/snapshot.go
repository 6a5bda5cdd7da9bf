package tail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// Snapshot prints what the leader has logged so far, container after container as kubectl does.
func (t *Tailer) Snapshot(ctx context.Context, status leader.Status) error {
	names, err := t.containers(status.Pod)
	if err != nil {
		return err
	}
	acquired := status.Acquired()
	if t.SinceAcquired && acquired.IsZero() {
		return noAcquireTime(status)
	}
	for _, name := range names {
		err := t.snapshot(ctx, status.Pod, name, acquired)
		var broken WriteError
		if err != nil && t.IgnoreErrors && !errors.As(err, &broken) && ctx.Err() == nil {
			t.Notice("error: " + err.Error())
			err = nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *Tailer) snapshot(ctx context.Context, pod *corev1.Pod, container string, acquired time.Time) error {
	request := t.request(container)
	t.begin(request, acquired)
	request.Previous = t.Previous
	// Only lines that carry their time can be told apart by it.
	request.Timestamps = t.Timestamps || t.SinceAcquired
	if t.LimitBytes > 0 && !t.SinceAcquired {
		request.LimitBytes = ptr.To(t.LimitBytes)
	}
	stream, err := t.open(ctx, pod, request)
	if err != nil {
		return err
	}
	defer stream.Close() // read-only
	if !t.SinceAcquired && !t.Prefix {
		_, err := io.Copy(writeErrors{t.Out}, stream)
		return err
	}
	out := newSink(t.Out, 0)
	if t.SinceAcquired {
		out = newSink(t.Out, t.LimitBytes)
	}
	err = eachLine(stream, func(raw []byte, more bool) error {
		l := line{raw: raw, text: raw}
		if t.SinceAcquired {
			if l = parseLine(raw); !l.time.IsZero() && l.time.Before(acquired) {
				return nil
			}
		}
		return out.write(t.prefix(pod, container), t.visible(l), more)
	})
	switch {
	case errors.Is(err, errEnough):
		return nil
	case err != nil:
		return err
	}
	return out.Flush()
}

// visible is the part of a line that the user asked to see.
func (t *Tailer) visible(l line) []byte {
	if t.Timestamps {
		return l.raw
	}
	return l.text
}

// prefix is what kubectl puts before a line with --prefix.
func (t *Tailer) prefix(pod *corev1.Pod, container string) string {
	if !t.Prefix {
		return ""
	}
	return fmt.Sprintf("[pod/%s/%s] ", pod.Name, container)
}

// eachLine calls do for each line, with its newline; more tells that another is already at hand. A last line without a
// newline is one too. What is given to do is valid until it returns.
func eachLine(stream io.Reader, do func(raw []byte, more bool) error) error {
	reader := bufio.NewReaderSize(stream, 64<<10)
	for {
		raw, err := readLine(reader)
		if len(raw) > 0 && (err == nil || err == io.EOF) {
			if err := do(raw, lineAtHand(reader)); err != nil {
				return err
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// readLine copies only those lines that the reader's buffer is too small for.
func readLine(reader *bufio.Reader) ([]byte, error) {
	part, err := reader.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return part, err
	}
	begin := bytes.Clone(part)
	rest, err := reader.ReadBytes('\n')
	return append(begin, rest...), err
}

// lineAtHand reports whether a whole line can be read without waiting.
func lineAtHand(reader *bufio.Reader) bool {
	buffered, _ := reader.Peek(reader.Buffered()) // it is there
	return bytes.IndexByte(buffered, '\n') >= 0
}

func noAcquireTime(status leader.Status) error {
	return fmt.Errorf("%s: records no acquireTime, so there is no telling where the term begins in the logs", status.Lock.Ref)
}

// writeErrors marks the errors of the output.
type writeErrors struct{ io.Writer }

func (w writeErrors) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	if err != nil {
		return n, WriteError{err}
	}
	return n, nil
}
