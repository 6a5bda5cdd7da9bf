package election

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// LeaderAnnotation is where a ConfigMap or Endpoints keeps the record that a Lease has in its spec.
const LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader"

// annotationRecord is the record as JSON. Its writers agree on the names and on little else: client-go before v0.24
// writes numbers and RFC 3339, Istio adds holderKey, fabric8 writes leaseDuration as a number or as ISO 8601, the Python
// client writes all as strings, with times that have no zone.
type annotationRecord struct {
	HolderIdentity       *string `json:"holderIdentity"`
	LeaseDurationSeconds scalar  `json:"leaseDurationSeconds"`
	LeaseDuration        scalar  `json:"leaseDuration"`
	AcquireTime          scalar  `json:"acquireTime"`
	RenewTime            scalar  `json:"renewTime"`
	LeaderTransitions    scalar  `json:"leaderTransitions"`
	LeaseTransitions     scalar  `json:"leaseTransitions"`
}

func leaderAnnotation(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	text, ok := object.GetAnnotations()[LeaderAnnotation]
	if !ok {
		return false, nil
	}
	lock.recordedIn(object, LeaderAnnotation)
	var in annotationRecord
	if text == "" {
		return true, nil // emptied: nobody holds it
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		lock.Marker = fmt.Sprintf("an object whose annotation %s cannot be read: %v", LeaderAnnotation, err)
		return true, nil
	}
	lock.Record = Record{
		Holder:      value(in.HolderIdentity),
		Acquired:    in.AcquireTime.time(),
		Renewed:     in.RenewTime.time(),
		Duration:    first(in.LeaseDurationSeconds, in.LeaseDuration).seconds(),
		Transitions: int32(first(in.LeaderTransitions, in.LeaseTransitions).number()),
		Zoneless:    in.RenewTime.zoneless(),
	}
	if in.RenewTime != "" && lock.Record.Renewed.IsZero() {
		lock.Record.Renewed = lock.Written // of a form that is not known
	}
	return true, nil
}

// patroniAnnotations: Patroni keeps each field in an annotation of its own, and removes `leader` to release
// (patroni/patroni patroni/dcs/kubernetes.py).
func patroniAnnotations(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	annotations := object.GetAnnotations()
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { _, ok := annotations[key]; return ok })
	}
	if !has("leader", "ttl") || !has("renewTime", "acquireTime", "transitions") {
		return false, nil
	}
	lock.recordedIn(object, "renewTime")
	lock.Record = Record{
		Holder:      annotations["leader"],
		Acquired:    scalar(annotations["acquireTime"]).time(),
		Renewed:     scalar(annotations["renewTime"]).time(),
		Duration:    scalar(annotations["ttl"]).seconds(),
		Transitions: int32(scalar(annotations["transitions"]).number()),
		Zoneless:    scalar(annotations["renewTime"]).zoneless(),
	}
	return true, nil
}

// kured is what its DaemonSet is called, by default.
const kured = "kured"

// kuredAnnotation: kured's lock on its DaemonSet, held by the node that reboots (kubereboot/kured pkg/daemonsetlock).
func kuredAnnotation(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	const annotation = "weave.works/kured-node-lock"
	text, ok := object.GetAnnotations()[annotation]
	if !ok {
		if lock.Name == kured {
			return true, nil // it removes the annotation to release
		}
		return false, nil
	}
	lock.recordedIn(object, annotation)
	var in struct {
		NodeID  string    `json:"nodeID"`
		Created time.Time `json:"created"`
		TTL     int64     `json:"TTL"` // nanoseconds
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		lock.Marker = fmt.Sprintf("an object whose annotation %s cannot be read: %v", annotation, err)
		return true, nil
	}
	lock.Record = Record{Holder: in.NodeID, Acquired: in.Created}
	if in.TTL > 0 {
		lock.Record.Renewed, lock.Record.Duration = in.Created, time.Duration(in.TTL)
	}
	return true, nil
}

// scalar is a JSON value that some write as a string and others as a number; "" when it is absent or null.
type scalar string

func (s *scalar) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*s = scalar(text)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(data, &number); err == nil {
		*s = scalar(number)
	}
	return nil // of another shape: as good as absent
}

func first(scalars ...scalar) scalar {
	for _, s := range scalars {
		if s != "" {
			return s
		}
	}
	return ""
}

// number is a whole number, 0 when it is none.
func (s scalar) number() int64 {
	n, err := strconv.ParseInt(string(s), 10, 32)
	if err != nil {
		return 0
	}
	return n
}

// longest is how long a duration can be without the sums of times overflowing; longer ones are cut to it.
const longest = 100 * 365 * 24 * time.Hour

// seconds is a duration: a number of seconds, or ISO 8601 as fabric8 writes it (PT15S, PT1M30S); 0 when it is neither.
func (s scalar) seconds() time.Duration {
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil {
		f = isoSeconds(string(s))
	}
	switch {
	case !(f > 0): // nor a NaN
		return 0
	case f > longest.Seconds():
		return longest
	}
	return time.Duration(f * float64(time.Second))
}

// isoSeconds reads PT[nH][nM][nS]; 0 for anything else.
func isoSeconds(text string) float64 {
	if len(text) < 3 || text[:2] != "PT" {
		return 0
	}
	total, begin := 0.0, 2
	for i := 2; i < len(text); i++ {
		unit, ok := map[byte]float64{'H': 3600, 'M': 60, 'S': 1}[text[i]]
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(text[begin:i], 64)
		if err != nil {
			return 0
		}
		total, begin = total+n*unit, i+1
	}
	if begin != len(text) {
		return 0
	}
	return total
}

// zonelessLayouts are of times that are taken for UTC: that is what most containers run in.
var zonelessLayouts = []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"}

// layouts are those of all times.
var layouts = append([]string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700",
}, zonelessLayouts...)

// zoneless reports that a time does not tell its zone.
func (s scalar) zoneless() bool {
	return slices.ContainsFunc(zonelessLayouts, func(layout string) bool { _, err := time.Parse(layout, string(s)); return err == nil })
}

// time is a moment; the zero time when it is none. A bare number counts seconds since 1970, or milliseconds.
func (s scalar) time() time.Time {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, string(s)); err == nil {
			return t
		}
	}
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || !(f > 0) || f > 1e14 {
		return time.Time{}
	}
	if f > 1e11 { // as seconds that would be the year 5138
		f /= 1000
	}
	return time.UnixMilli(int64(f * 1000))
}
