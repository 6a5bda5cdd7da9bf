package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// leaderAnnotation is where client-go kept the record in a ConfigMap or an Endpoints, as JSON.
const leaderAnnotation = "control-plane.alpha.kubernetes.io/leader"

const defaultDuration = 15 // seconds, as in client-go's examples

// record is what a lock says when its case does not.
type record struct {
	holder            string
	seconds           int64
	transitions       int64
	acquired, renewed time.Time
}

func (c *Case) record(now time.Time) record {
	r := record{holder: c.HolderIdentity, seconds: c.LeaseDurationSeconds, transitions: c.LeaseTransitions, acquired: now.Add(-time.Hour), renewed: c.renewal(now)}
	if at, ok := parseMoment(c.RenewTime); ok {
		r.renewed = at
	}
	if r.renewed.Before(r.acquired.Add(time.Minute)) {
		r.acquired = r.renewed.Add(-time.Hour)
	}
	if at, ok := parseMoment(c.AcquireTime); ok {
		r.acquired = at
	}
	if r.transitions == 0 {
		r.transitions = 3
	}
	switch {
	case r.seconds != 0:
	case c.expected() == expectReleased:
		r.seconds = 1 // as client-go releases
	default:
		r.seconds = defaultDuration
	}
	return r
}

// bare tells a lock that nobody ever recorded anything in: its case gives an empty spec, or says that it is no election
// and names no holder, as Kyverno's marker does not.
func (c *Case) bare() bool {
	switch {
	case c.HolderIdentity != "":
		return false
	case c.LeaseSpec != nil:
		return len(c.LeaseSpec.fields()) == 0
	}
	return c.expected() == expectNotElection && c.LeaseDurationSeconds == 0 && len(c.Annotation)+len(c.Data) == 0
}

// renewal is when the holder renewed last.
func (c *Case) renewal(now time.Time) time.Time {
	switch c.expected() {
	case expectReleased, expectExpired:
		return now.Add(-time.Hour)
	case expectOther:
		// In time, and long enough ago for the other incarnation to start in between.
		seconds := c.LeaseDurationSeconds
		if seconds == 0 {
			seconds = defaultDuration
		}
		return now.Add(-time.Duration(seconds) * time.Second / 2)
	}
	return now
}

// leaseSpec is the record as a Lease's spec, with what the case overrides.
func (r record) leaseSpec(overrides object) (map[string]any, error) {
	spec := map[string]any{
		"holderIdentity":       r.holder,
		"leaseDurationSeconds": r.seconds,
		"acquireTime":          r.acquired.UTC().Format(metav1.RFC3339Micro),
		"renewTime":            r.renewed.UTC().Format(metav1.RFC3339Micro),
		"leaseTransitions":     r.transitions,
	}
	if len(overrides) > 0 && r.holder == "" {
		delete(spec, "holderIdentity") // unless the case overrides it with the empty one
	}
	for key, raw := range overrides.fields() {
		text, err := textOf(raw)
		if err != nil {
			return nil, fmt.Errorf("field leaseSpec.%s: %w", key, err)
		}
		at, isTime := parseMoment(text)
		switch {
		case isNull(raw), text == "" && timeKey.MatchString(key):
			delete(spec, key)
		case timeKey.MatchString(key) && isTime:
			spec[key] = at.UTC().Format(metav1.RFC3339Micro) // the API takes no other form
		case key == "leaseDurationSeconds", key == "leaseTransitions":
			if spec[key], err = secondsOf(text); err != nil {
				return nil, fmt.Errorf("field leaseSpec.%s: %w", key, err)
			}
		default:
			spec[key] = text
		}
	}
	return spec, nil
}

// annotation is the record as client-go writes it into an annotation.
func (r record) annotation() string {
	text, _ := json.Marshal(struct {
		HolderIdentity       string      `json:"holderIdentity"`
		LeaseDurationSeconds int64       `json:"leaseDurationSeconds"`
		AcquireTime          metav1.Time `json:"acquireTime"`
		RenewTime            metav1.Time `json:"renewTime"`
		LeaderTransitions    int64       `json:"leaderTransitions"`
	}{r.holder, r.seconds, metav1.NewTime(r.acquired), metav1.NewTime(r.renewed), r.transitions})
	return string(text)
}

// patroni is the record as Patroni writes it, a key for each part; a released one has no leader.
func (r record) patroni() map[string]string {
	const iso = "2006-01-02T15:04:05.000000-07:00"
	annotations := map[string]string{
		"ttl":         "30",
		"acquireTime": r.acquired.UTC().Format(iso),
		"renewTime":   r.renewed.UTC().Format(iso),
		"transitions": strconv.FormatInt(r.transitions, 10),
	}
	if r.holder != "" {
		annotations["leader"] = r.holder
	}
	return annotations
}

// kured is the record as kured writes it; rebooting has no duration.
func (r record) kured() string {
	text, _ := json.Marshal(map[string]any{
		"nodeID": r.holder, "metadata": map[string]any{"unschedulable": false}, "created": r.renewed.UTC(), "TTL": 0,
	})
	return string(text)
}

// recordKey is the annotation in which the lock's kind keeps its record, or the holder alone.
func (c *Case) recordKey() string {
	switch f := c.form(); {
	case f.base == "daemonset":
		return kuredAnnotation
	case f.patroni:
		return "leader"
	}
	return leaderAnnotation
}

// patroniAnnotated tells that the case's annotations are Patroni's. Lorry's are called so, too, but
// for the times.
func (c *Case) patroniAnnotated() bool {
	has := func(key string) bool { _, ok := c.Annotation[key]; return ok }
	return (has("leader") || has("ttl")) && !has("renew-time") && !has("acquire-time")
}

// annotated tells that the case's annotations have the record, so that the lock needs no other: client-go's, or Patroni's,
// which has no leader once that is released.
func (c *Case) annotated() bool {
	for key, text := range c.Annotation {
		if slices.Contains([]string{leaderAnnotation, kuredAnnotation, "leader", "ttl", "renewTime", "transitions", "optime"}, key) ||
			expiry.MatchString(key) || strings.HasSuffix(key, "leader.node") || strings.Contains(text, "holderIdentity") {
			return true
		}
	}
	return len(c.Annotation) > 0 && c.expected() == expectNotElection
}

// kopf is the record as the one peer of a kopf peering.
func (r record) kopf() map[string]any {
	if r.holder == "" {
		return map[string]any{}
	}
	return map[string]any{r.holder: map[string]any{
		"priority": int64(100), "lifetime": int64(60), "lastseen": kopfTime(r.renewed),
	}}
}
