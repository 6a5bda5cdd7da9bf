package leader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// Discover watches for locks that the group does not have yet, and lets it follow them, until the context ends. It goes on
// from the rows of a survey, on the side. A lock that has just been created begins as one that does not exist, so that its creation
// is a change; one that has been there before (it got the label, or the record) begins with what it is.
func (g *Group) Discover(ctx context.Context, survey *Survey, rows []Row) {
	d := &discovery{
		Group: g, survey: survey, since: survey.Clock.Now().Truncate(time.Second),
		teller: teller{notice: g.notice, outage: &g.outage},
	}
	g.wg.Go(func() { d.run(ctx, rows) })
}

// discovery is the part of a group that looks for new locks.
type discovery struct {
	*Group
	survey *Survey
	since  time.Time
	teller teller
	full   bool // that has been told
}

func (d *discovery) run(ctx context.Context, rows []Row) {
	w := &surveyWatch{
		Survey: d.survey, sources: d.survey.Locks.Sources(),
		sightings: make(chan sighting), troubles: make(chan trouble), failed: make(chan error),
	}
	defer w.wg.Wait()
	w.observeAll(ctx, rows)
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-w.failed:
			d.notice(fmt.Sprintf("%v; new ones are not followed", err))
		case t := <-w.troubles:
			d.teller.tell(t)
		case seen := <-w.sightings:
			d.teller.reached()
			for _, lock := range seen.locks {
				if (lock.Marker == "" || d.survey.Markers) && !d.has(lock.Ref) {
					d.add(ctx, lock)
				}
			}
		}
	}
}

func (d *discovery) add(ctx context.Context, lock election.Lock) {
	m, err := d.join(lock.Ref)
	if errors.Is(err, ErrGroupFull) {
		if !d.full {
			d.notice(fmt.Sprintf("%s is not followed: no more than %d locks are at once, as each takes two watches", lock.Ref, d.most))
		}
		d.full = true
		return
	}
	if !lock.Created.Before(d.since) {
		missing := judgement{lock: election.Lock{Ref: lock.Ref}, state: election.Missing, now: d.survey.Clock.Now()}.status()
		d.begin(ctx, m, missing, true)
		return
	}
	d.wg.Go(func() {
		status, err := d.finder(lock.Ref).Find(ctx)
		if err != nil {
			d.leave(lock.Ref) // its next renewal brings it back
			return
		}
		d.begin(ctx, m, status, true)
	})
}
