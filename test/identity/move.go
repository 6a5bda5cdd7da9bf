package identity

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A case's times are fixed moments, so a lock in it that is held would have expired long ago. They are moved to the
// present, all by the same span, and each keeps the form in which its project writes it: that form is what is proved.

var (
	renewals = `renewTime|renew-time|lastseen`
	others   = `acquireTime|acquire-time|created`
	renewal  = regexp.MustCompile(`(?i)^(?:` + renewals + `)$`)
	timeKey  = regexp.MustCompile(`(?i)^(?:` + renewals + `|` + others + `|leader\.local\.timestamp\..*|.*expiry)$`)
	// expiry is the key of a time that is not yet past while the lock is held.
	expiry = regexp.MustCompile(`(?i)expiry$`)
	// timeField is one of these with its value, in the text of a JSON object.
	timeField = regexp.MustCompile(`(?i)"(` + renewals + `|` + others + `)"(\s*:\s*)("[^"]*"|[\d.]+)`)
)

// moveAll moves the times in a text under its key: those of a JSON object in it, or the text itself under a time's key.
func moveAll(key, text string, span time.Duration) string {
	if timeKey.MatchString(key) {
		return move(text, span)
	}
	return timeField.ReplaceAllStringFunc(text, func(field string) string {
		parts := timeField.FindStringSubmatch(field)
		quote := ""
		if strings.HasPrefix(parts[3], `"`) {
			quote = `"`
		}
		return `"` + parts[1] + `"` + parts[2] + quote + move(strings.Trim(parts[3], `"`), span) + quote
	})
}

// untilExpiry is how long before its expiry a lock was renewed that records its expiry alone.
const untilExpiry = time.Minute

// times are the moments that a lock's content names.
type times struct{ renewed, other []time.Time }

func (t *times) add(key, text string) {
	if timeKey.MatchString(key) {
		at, ok := parseMoment(text)
		switch {
		case !ok:
		case renewal.MatchString(key):
			t.renewed = append(t.renewed, at)
		case expiry.MatchString(key):
			t.renewed = append(t.renewed, at.Add(-untilExpiry))
		default:
			t.other = append(t.other, at)
		}
		return
	}
	for _, parts := range timeField.FindAllStringSubmatch(text, -1) {
		t.add(parts[1], strings.Trim(parts[3], `"`))
	}
}

// all are the moments in no order.
func (t times) all() []time.Time { return append(slices.Clone(t.renewed), t.other...) }

// times are the moments that the case gives for its lock.
func (c *Case) times() times {
	var found times
	for _, content := range []texts{c.Annotation, c.Data} {
		for key, text := range content {
			found.add(key, text)
		}
	}
	found.add("renewTime", c.RenewTime)
	found.add("acquireTime", c.AcquireTime)
	found.add("", string(c.LeaseSpec))
	found.add("", string(c.Status))
	return found
}

// moveTo moves the case's times so that its latest renewal is at a moment. Without a renewal, as in kured's annotation,
// the latest other time counts, but not in a Lease, which gets a renewal of its own. Where an end is expected, the times
// stay: they are past.
func (c *Case) moveTo(at time.Time) {
	if c.expected() == expectReleased || c.expected() == expectExpired {
		return
	}
	found := c.times()
	anchors := found.renewed
	if len(anchors) == 0 && c.form().base != "lease" {
		anchors = found.other
	}
	if len(anchors) == 0 {
		return
	}
	span := at.Sub(slices.MaxFunc(anchors, time.Time.Compare))
	c.Annotation, c.Data = maps.Clone(c.Annotation), maps.Clone(c.Data)
	for _, content := range []texts{c.Annotation, c.Data} {
		for key, text := range content {
			content[key] = moveAll(key, text, span)
		}
	}
	if c.LeaseSpec != nil {
		c.LeaseSpec = object(moveAll("", string(c.LeaseSpec), span))
	}
	if c.Status != nil {
		c.Status = object(moveAll("", string(c.Status), span))
	}
	c.RenewTime, c.AcquireTime = move(c.RenewTime, span), move(c.AcquireTime, span)
	c.Pod.StartTime = move(c.Pod.StartTime, span)
}
