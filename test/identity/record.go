package identity

import (
	"encoding/json"
	"fmt"
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
	acquired, renewed time.Time
}

func (c *Case) record(now time.Time) record {
	r := record{holder: c.HolderIdentity, seconds: c.LeaseDurationSeconds, acquired: now.Add(-time.Hour), renewed: c.renewal(now)}
	if r.renewed.Before(r.acquired.Add(time.Minute)) {
		r.acquired = r.renewed.Add(-time.Hour)
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
func (r record) leaseSpec(overrides json.RawMessage) (map[string]any, error) {
	spec := map[string]any{
		"holderIdentity":       r.holder,
		"leaseDurationSeconds": r.seconds,
		"acquireTime":          r.acquired.UTC().Format(metav1.RFC3339Micro),
		"renewTime":            r.renewed.UTC().Format(metav1.RFC3339Micro),
		"leaseTransitions":     int64(3),
	}
	var given map[string]any
	if len(overrides) > 0 {
		if err := json.Unmarshal(overrides, &given); err != nil {
			return nil, fmt.Errorf("field leaseSpec: %w", err)
		}
	}
	for key, value := range given {
		switch value := value.(type) {
		case nil:
			delete(spec, key)
		case float64:
			spec[key] = int64(value)
		case string:
			if at, ok := parseMoment(value); ok {
				spec[key] = at.UTC().Format(metav1.RFC3339Micro) // the API takes no other form
			} else {
				spec[key] = value
			}
		default:
			spec[key] = value
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
		LeaderTransitions    int         `json:"leaderTransitions"`
	}{r.holder, r.seconds, metav1.NewTime(r.acquired), metav1.NewTime(r.renewed), 3})
	return string(text)
}

// patroni is the record as Patroni writes it, a key for each part; a released one has no leader.
func (r record) patroni() map[string]string {
	const iso = "2006-01-02T15:04:05.000000-07:00"
	annotations := map[string]string{
		"ttl":         "30",
		"acquireTime": r.acquired.UTC().Format(iso),
		"renewTime":   r.renewed.UTC().Format(iso),
		"transitions": "3",
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

// kopf is the record as the one peer of a kopf peering.
func (r record) kopf() map[string]any {
	if r.holder == "" {
		return map[string]any{}
	}
	return map[string]any{r.holder: map[string]any{
		"priority": int64(100), "lifetime": int64(60), "lastseen": r.renewed.UTC().Format("2006-01-02T15:04:05.000000-07:00"),
	}}
}
