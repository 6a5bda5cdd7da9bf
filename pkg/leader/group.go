package leader

import (
	"context"
	"errors"
	"sync"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// Group follows many locks, each with a Stream of its own, and joins their changes in one channel. Safe for concurrent use.
type Group struct {
	finder func(election.Ref) *Finder
	most   int
	notice func(string)

	changes chan Joined
	outage  outage
	wg      sync.WaitGroup

	mu      sync.Mutex
	members map[election.Ref]*member
}

// Joined is a change of one of the locks of a group.
type Joined struct {
	*Change
	// First is set for the verdict that a lock begins with which was discovered.
	First bool
}

type member struct {
	stream *Stream // nil while the first verdict is asked for
	stop   context.CancelFunc
}

// ErrGroupFull is the error of one lock more than a group may have.
var ErrGroupFull = errors.New("too many locks to follow at once")

// NewGroup makes a group of so many locks at most, with a finder for each. Trouble is reported through notice, once for all.
func NewGroup(most int, finder func(election.Ref) *Finder, notice func(message string)) *Group {
	return &Group{finder: finder, most: most, notice: notice, changes: make(chan Joined), members: map[election.Ref]*member{}}
}

// Changes delivers what follows the first verdict of each lock, of each in its order, and of all as they come. They have to
// be read: a change waits until it is, and nothing gets lost meanwhile.
func (g *Group) Changes() <-chan Joined { return g.changes }

// Wait returns when the context has ended and nothing of the group runs any more.
func (g *Group) Wait() { g.wg.Wait() }

// Follow goes on from a judgement of a lock until the context ends, and returns it as the first change. A lock that is
// followed already is an error of the caller.
func (g *Group) Follow(ctx context.Context, first Status) (*Change, error) {
	m, err := g.join(first.Lock.Ref)
	if err != nil {
		return nil, err
	}
	return g.begin(ctx, m, first, false), nil
}

// join makes room for a lock. One that does not exist any more has to go for it.
func (g *Group) join(ref election.Ref) (*member, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.members) >= g.most && !g.dropMissing() {
		return nil, ErrGroupFull
	}
	m := &member{stop: func() {}}
	g.members[ref] = m
	return m, nil
}

func (g *Group) dropMissing() bool {
	for ref, m := range g.members {
		if m.stream != nil && m.stream.Latest().State == election.Missing {
			m.stop()
			delete(g.members, ref)
			return true
		}
	}
	return false
}

func (g *Group) leave(ref election.Ref) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.members, ref)
}

func (g *Group) has(ref election.Ref) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.members[ref] != nil
}

// begin starts the stream of a lock, and carries its changes into the channel; also the first one, if it is to be announced.
func (g *Group) begin(ctx context.Context, m *member, first Status, announce bool) *Change {
	stream := g.finder(first.Lock.Ref).newStream(first, teller{notice: g.notice, outage: &g.outage})
	change := stream.Latest()
	ctx, stop := context.WithCancel(ctx)
	g.mu.Lock()
	m.stream, m.stop = stream, stop
	g.mu.Unlock()
	stream.start(ctx)
	g.wg.Go(func() {
		defer stop()
		if announce {
			send(ctx, g.changes, Joined{Change: change, First: true})
		}
		for c := change; ; {
			next, err := c.Next(ctx)
			if err != nil {
				<-stream.Done()
				return
			}
			send(ctx, g.changes, Joined{Change: next})
			c = next
		}
	})
	return change
}
