package tail

import (
	"hash/maphash"
	"maps"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// position is how far a container's log has been printed. The API can only be asked for whole seconds, and stdout and
// stderr may be stamped slightly out of order, so a reading resumes up to two seconds early and the position knows each
// line that was printed of those.
type position struct {
	newest time.Time
	seed   maphash.Seed
	// recent counts the printed lines of newest's second, before those of the second before that.
	recent, before map[uint64]int
}

func newPosition() *position {
	return &position{seed: maphash.MakeSeed(), recent: map[uint64]int{}, before: map[uint64]int{}}
}

// started reports whether anything was printed.
func (p *position) started() bool { return !p.newest.IsZero() }

// resumeFrom is what to ask for to miss nothing.
func (p *position) resumeFrom() metav1.Time {
	return metav1.NewTime(p.newest.Truncate(time.Second).Add(-time.Second))
}

// printed notes a line.
func (p *position) printed(l line) {
	if l.time.IsZero() {
		return
	}
	switch seconds := l.time.Unix() - p.newest.Unix(); {
	case seconds == 0:
		p.recent[p.key(l)]++
	case seconds == -1:
		p.before[p.key(l)]++
	case seconds > 0:
		p.before, p.recent = p.recent, p.before
		clear(p.recent) // its memory is good for as many lines again
		if seconds > 1 {
			clear(p.before)
		}
		p.recent[p.key(l)] = 1
	}
	if l.time.After(p.newest) {
		p.newest = l.time
	}
}

func (p *position) key(l line) uint64 { return maphash.Bytes(p.seed, l.raw) }

// overlap tells the lines of a resumed reading that were printed before.
type overlap struct {
	position *position
	counts   map[uint64]int
}

func (p *position) overlap() *overlap {
	counts := maps.Clone(p.before)
	for key, n := range p.recent {
		counts[key] += n
	}
	return &overlap{p, counts}
}

// repeats reports whether the line was printed before, once for each time that it was.
func (o *overlap) repeats(l line) bool {
	if len(o.counts) == 0 {
		return false
	}
	key := o.position.key(l)
	n := o.counts[key]
	if n == 0 {
		return false
	}
	if n == 1 {
		delete(o.counts, key)
	} else {
		o.counts[key] = n - 1
	}
	return true
}
