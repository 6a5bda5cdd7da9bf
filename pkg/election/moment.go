package election

import (
	"bytes"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Who holds a lock writes times by a clock of its own, which may be off. The API server notes by
// its own clock when each manager of an object's fields wrote last, and the manager that owns the
// record writes at each renewal.

// doubt is how much later than it says a time of the API server may be: it is cut to the second.
const doubt = time.Second

// recordedIn notes who writes the field of the object that has the record, and when that was
// written last.
func (l *Lock) recordedIn(object metav1.Object, field string) {
	l.Managers, l.Written = nil, time.Time{}
	name := []byte(`"f:` + field + `"`)
	for _, entry := range object.GetManagedFields() {
		if entry.FieldsV1 == nil || !bytes.Contains(entry.FieldsV1.GetRawBytes(), name) {
			continue
		}
		l.Managers = append(l.Managers, entry.Manager)
		if entry.Time != nil && entry.Time.After(l.Written) {
			l.Written = entry.Time.Time
		}
	}
}

// wroteAnother reports that who writes a field of the object writes one of some others, too.
func wroteAnother(object metav1.Object, field string, others []string) bool {
	name := func(field string) []byte { return []byte(`"f:` + field + `"`) }
	for _, entry := range object.GetManagedFields() {
		if entry.FieldsV1 == nil || !bytes.Contains(entry.FieldsV1.GetRawBytes(), name(field)) {
			continue
		}
		for _, other := range others {
			if other != field && bytes.Contains(entry.FieldsV1.GetRawBytes(), name(other)) {
				return true
			}
		}
	}
	return false
}

// Renewed is when the record was renewed last, by the API server's clock as well as that is known;
// the zero time where it is none that is renewed. The record's own time counts where the server has
// none, and within the second that the server tells.
func (l Lock) Renewed() time.Time {
	switch renewed := l.Record.Renewed; {
	case l.Written.IsZero(), renewed.IsZero():
		return renewed
	case renewed.Before(l.Written):
		return l.Written
	case renewed.After(l.Written.Add(doubt)):
		return l.Written.Add(doubt)
	default:
		return renewed
	}
}

// Expires is when the record stops being valid unless it is renewed, by the API server's clock. The
// zero time means that it never does: without a renewal or a duration there is nothing to count
// from.
func (l Lock) Expires() time.Time {
	renewed := l.Renewed()
	if renewed.IsZero() || l.Record.Duration == 0 {
		return time.Time{}
	}
	return renewed.Add(l.Record.Duration)
}

// expiresAtLast is Expires with the doubt in favor of the holder.
func (l Lock) expiresAtLast() time.Time {
	if expires := l.Expires(); expires.IsZero() || l.Written.IsZero() {
		return expires
	}
	return l.Written.Add(doubt + l.Record.Duration)
}

// Left is how much of the record's time is left at a moment of the API server's clock, with the
// doubt in favor of the holder; 0 where it is over, or never ends.
func (l Lock) Left(now time.Time) time.Duration {
	expires := l.expiresAtLast()
	if expires.IsZero() {
		return 0
	}
	return max(0, expires.Sub(now))
}

// Acquired is when the term began, by the API server's clock as well as that is known; the zero
// time where nobody knows.
func (l Lock) Acquired() time.Time {
	acquired := l.Record.Acquired
	if acquired.IsZero() || l.Record.Renewed.IsZero() {
		return acquired
	}
	return acquired.Add(l.Renewed().Sub(l.Record.Renewed))
}

// Skew is how far the record's times are ahead of the API server's clock, in whole seconds; less
// than 0 where they are behind. ok is false where there is nothing to compare. A record is written
// a moment after its time was taken, at times in the next second, which is no skew.
func (l Lock) Skew() (skew time.Duration, ok bool) {
	if l.Written.IsZero() || l.Record.Renewed.IsZero() {
		return 0, false
	}
	if skew = l.Record.Renewed.Truncate(time.Second).Sub(l.Written); skew == -doubt {
		skew = 0
	}
	return skew, true
}

// Zone is how far ahead of UTC the record's times were written; 0 where they tell their zone, or
// where it is UTC. What is left of the skew is the clock's. Zones differ by quarters of an hour,
// and by one at least.
func (l Lock) Zone() time.Duration {
	skew, _ := l.Skew()
	if zone := skew.Round(15 * time.Minute); l.Record.Zoneless && zone.Abs() >= time.Hour {
		return zone
	}
	return 0
}
