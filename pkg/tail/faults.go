package tail

import (
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	// tellAfter is how many failures in a row are tried again without a word.
	tellAfter = 5
	// denialLasts is how long a denial has to last to be believed, where access was granted before: an API server that
	// has just started denies everything until it knows its roles.
	denialLasts = 30 * time.Second
)

// faults are the failures of one container's reading since it last succeeded.
type faults struct {
	count  int
	denied time.Time // when the first denial came
	told   bool
}

// fatal reports an error that trying again cannot mend, and notes the others. A denial is believed at once only where it
// is the first word on the first leader's pod, which may have been found by a list, or on the log: the pod has been read before
// then, so nothing but the log's own permission can have been missing from the start.
func (c *container) fatal(err error, log bool) bool {
	var broken WriteError
	switch {
	case err == nil:
		return false
	case errors.As(err, &broken), errors.Is(err, errEnough), errors.Is(err, errPastTerm):
		return true
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err):
		if (log || c.first) && c.opened.IsZero() && c.faults.count == 0 {
			return true
		}
		if c.faults.denied.IsZero() {
			c.faults.denied = time.Now()
		}
		if time.Since(c.faults.denied) > denialLasts {
			return true
		}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err) && !Waiting(err):
		if c.opened.IsZero() {
			return true
		}
	}
	if c.faults.count++; c.faults.count >= tellAfter && !c.faults.told {
		c.faults.told = true
		c.tailer.Notice(fmt.Sprintf("%v; trying again", err))
	}
	return false
}

// Waiting reports that a log cannot be read as its container has not started yet.
func Waiting(err error) bool { return strings.Contains(err.Error(), "waiting to start") }

// recovered ends the faults: the log is being read.
func (c *container) recovered() {
	if c.faults.told {
		c.tailer.Notice(fmt.Sprintf("logs of pod %s/%s, container %s: reading again", c.pod.Namespace, c.pod.Name, c.name))
	}
	c.faults = faults{}
}
