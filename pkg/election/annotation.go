package election

import (
	"encoding/json"
	"fmt"
	"maps"
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
	if text == "" {
		return true, nil // emptied: nobody holds it
	}
	readRecord(lock, "annotation "+LeaderAnnotation, text)
	lock.Address = flinkAddress(dataOf(object))
	return true, nil
}

// readRecord reads the record as JSON. One that cannot be read makes the object a marker.
func readRecord(lock *Lock, where, text string) {
	var in annotationRecord
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		lock.Marker = fmt.Sprintf("an object whose %s cannot be read: %v", where, err)
		return
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
}

// patroniAnnotations: Patroni keeps each field in an annotation of its own, and removes `leader` to
// release (patroni/patroni patroni/dcs/kubernetes.py). KubeBlocks' Lorry does so, too, with dashes
// in the names of the times (apecloud/kubeblocks pkg/lorry/dcs/k8s.go). A ttl of 0 means that the
// record never expires.
func patroniAnnotations(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	annotations := object.GetAnnotations()
	has := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { _, ok := annotations[key]; return ok })
	}
	if !has("leader", "ttl") || !has("renewTime", "acquireTime", "transitions", "renew-time", "acquire-time") {
		return false, nil
	}
	renewTime := "renewTime"
	if has("renew-time") {
		renewTime = "renew-time"
	}
	lock.recordedIn(object, renewTime)
	lock.Record = Record{
		Holder:      annotations["leader"],
		Acquired:    first(scalar(annotations["acquireTime"]), scalar(annotations["acquire-time"])).time(),
		Renewed:     scalar(annotations[renewTime]).time(),
		Duration:    scalar(annotations["ttl"]).seconds(),
		Transitions: int32(scalar(annotations["transitions"]).number()),
		Zoneless:    scalar(annotations[renewTime]).zoneless(),
	}
	return true, nil
}

// expiryAnnotations: OpenStack-Helm's MariaDB records the leader and when its record ends, which
// the leader moves on (openstack/openstack-helm mariadb/templates/bin/_start.py.tpl). All pods
// write the data of the same object by the same client.
func expiryAnnotations(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	const node, expiry = "openstackhelm.openstack.org/leader.node", "openstackhelm.openstack.org/leader.expiry"
	annotations := object.GetAnnotations()
	holder, ok := annotations[node]
	if !ok {
		return false, nil
	}
	if lock.recordedIn(object, expiry); wroteAnother(object, expiry, []string{"data"}) {
		lock.Written = time.Time{} // any of the pods may have written it
	}
	lock.Record.Holder = holder
	if ends := scalar(annotations[expiry]).time(); !ends.IsZero() {
		lock.Record.Renewed, lock.Record.Duration = ends.Add(-mariaTTL), mariaTTL
	}
	return true, nil
}

// mariaTTL is how long a record of OpenStack-Helm's MariaDB lasts, by default. Only the end is
// recorded.
const mariaTTL = 120 * time.Second

// anyAnnotation is a record as JSON in an annotation of any name. What kubectl keeps in one has it
// deeper.
func anyAnnotation(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	annotations := object.GetAnnotations()
	for _, key := range slices.Sorted(maps.Keys(annotations)) {
		if isRecord(annotations[key]) {
			lock.recordedIn(object, key)
			readRecord(lock, "annotation "+key, annotations[key])
			return true, nil
		}
	}
	return false, nil
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

// zoneless reports whether a time has no zone.
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
