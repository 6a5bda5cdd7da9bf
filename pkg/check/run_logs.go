package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// What a log lacks is judged when all that was there before has been read: when it has been silent for settles, or read
// for settlesMost, if it is never silent. Where there is less time than that, half of it has to do.
const (
	settles     = 500 * time.Millisecond
	settlesMost = 3 * time.Second
)

// followLogs reads the log of whoever leads as it grows, and judges it whenever it has. A term has a log of its own.
func (a *attempt) followLogs(ctx context.Context) {
	for change := a.stream.Latest(); ; {
		change = newest(change)
		lead := change.Status
		if !lead.Led() || a.past[lead.Pod.UID] {
			a.nobody(lead)
			if a.Err != nil || a.once || !a.next(ctx, change, time.Hour) {
				return
			}
			continue
		}
		if a.readTerm(ctx, change) || ctx.Err() != nil || a.once {
			return
		}
		if !a.next(ctx, newest(change), a.run.Interval) {
			return
		}
	}
}

// readTerm reads the log of one term until it is judged to hold, the term ends, or the reading does.
func (a *attempt) readTerm(ctx context.Context, change *leader.Change) (settled bool) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	log := &growing{grown: make(chan struct{}, 1), opened: make(chan struct{})}
	ended := make(chan error, 1)
	go func() { ended <- a.run.Leader.Logs(ctx, a.stream, *a.Spec.Logs, log, log.open) }()
	defer func() { stop(); <-ended }()
	quiet, most := time.NewTimer(settles), time.NewTimer(settlesMost)
	defer quiet.Stop()
	defer most.Stop()
	quiet.Stop()
	most.Stop()
	opened := log.opened
	silent := false
	again := time.NewTimer(0) // when a log that grows may be judged again
	defer again.Stop()
	<-again.C
	waiting, took := false, time.Duration(0)
	for current := change; ; {
		var over, end bool
		select {
		case <-opened: // before, silence says nothing
			opened = nil
			patience := settlesMost
			if deadline, ok := ctx.Deadline(); ok {
				patience = min(patience, time.Until(deadline)/2)
			}
			quiet.Reset(min(settles, patience))
			most.Reset(patience)
			continue
		case <-ctx.Done():
			return false
		case <-log.grown:
			if opened == nil {
				quiet.Reset(settles)
			}
			if a.negated() && !silent {
				a.Got = "the log is being read"
				continue // it may still say what it must not
			}
			if !waiting {
				waiting = true
				again.Reset(took) // to judge takes half of the time at the most
			}
			continue
		case <-again.C:
			waiting = false
		case <-quiet.C:
			silent = true
		case <-most.C:
			silent = true
		case err := <-ended:
			ended <- err
			if err != nil && ctx.Err() == nil {
				return a.judge(ctx, change.Status, Evidence{}, err)
			}
			end, silent = true, true
		case <-current.Superseded():
			current = newest(current)
			over = !current.Continues(change.Status)
		}
		if over {
			a.Attempts++
			a.Discarded++
			return false
		}
		text, tooMuch := log.text()
		if tooMuch {
			return a.judge(ctx, change.Status, Evidence{}, &Never{fmt.Errorf("the log is longer than %d MiB, which is too much to judge: --since, --tail or --since-acquired make it shorter", evidenceMost>>20)})
		}
		began := time.Now()
		if a.judge(ctx, change.Status, Evidence{Output: text}, nil) {
			return true
		}
		took = time.Since(began)
		if end || a.once && silent {
			return false
		}
	}
}

// negated reports that the check is about what a log lacks, which an empty one does.
func (a *attempt) negated() bool {
	return slices.ContainsFunc(a.Spec.Assertions, func(assertion Assertion) bool { return assertion.Operator.Negated() })
}

// growing collects a log and tells when there is more of it. Safe for concurrent use.
type growing struct {
	mu     sync.Mutex
	lines  bytes.Buffer
	full   bool
	grown  chan struct{}
	opened chan struct{} // closed once the log can be read
	once   sync.Once
}

func (g *growing) open() { g.once.Do(func() { close(g.opened) }) }

var errTooMuch = errors.New("too much")

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	defer func() {
		select {
		case g.grown <- struct{}{}:
		default:
		}
	}()
	if g.full = g.full || g.lines.Len()+len(p) > evidenceMost; g.full {
		return 0, errTooMuch
	}
	return g.lines.Write(p)
}

func (g *growing) text() (text []byte, tooMuch bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return bytes.Clone(g.lines.Bytes()), g.full
}
