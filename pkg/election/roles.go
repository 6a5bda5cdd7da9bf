package election

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// rolePrefixes begin the keys of data that records a leader for each role, the holder its value,
// and no time by which it would expire: spring-cloud/spring-cloud-kubernetes
// LeadershipController.java, and apache/camel ConfigMapLeaseResourceManager.java, which kiegroup's
// Drools has a copy of.
var rolePrefixes = []string{"leader.id.", "leader.pod."}

// roleTime begins the key of the time when a role of Camel's was taken.
const roleTime = "leader.local.timestamp."

// roleData reads the leader of one role.
func roleData(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	data := dataOf(object)
	roles := rolesOf(data)
	role := lock.Key
	switch {
	case len(roles) == 0 && !labelledLock(object.GetLabels()):
		return false, nil
	case role == "" && len(roles) > 1:
		return false, fmt.Errorf("%s records the leaders of several roles (%s): name one, as in %s/%s",
			lock.Ref, strings.Join(roles, ", "), lock.Arg(), roles[0])
	case role == "" && len(roles) == 1:
		role = roles[0]
	}
	for _, prefix := range rolePrefixes {
		if holder := data[prefix+role]; holder != "" { // a role that is absent has been given up
			lock.recordedIn(object, prefix+role)
			lock.Record.Holder, lock.Record.Acquired = holder, scalar(data[roleTime+role]).time()
			return true, nil
		}
	}
	if isRecord(data[role]) {
		if lock.recordedIn(object, role); wroteAnother(object, role, roles) {
			lock.Written = time.Time{} // it may be of any of the roles
		}
		readRecord(lock, "data "+role, data[role])
	}
	return true, nil
}

// leaderData reads data that names the leader and when it was last alive, without saying for how
// long that counts (signifyd/k8s-leader-election-py leaderelection/k8s.py, and others made at
// home).
func leaderData(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	data := dataOf(object)
	for _, key := range []string{"current-leader", "leader"} {
		holder, ok := data[key]
		if ok && slices.ContainsFunc([]string{"timestamp", "heartbeat"}, func(key string) bool { return !scalar(data[key]).time().IsZero() }) {
			lock.recordedIn(object, key)
			lock.Record.Holder = holder
			return true, nil
		}
	}
	return false, nil
}

// rolesOf lists the roles that have a leader, sorted: by their prefix, and by keys whose value is a
// whole record, as in hagay3/skuber's leader elections.
func rolesOf(data map[string]string) []string {
	var roles []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if isRecord(data[key]) {
			roles = append(roles, key)
		}
		for _, prefix := range rolePrefixes {
			if role, ok := strings.CutPrefix(key, prefix); ok {
				roles = append(roles, role)
			}
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// isRecord reports that a text is a record as JSON.
func isRecord(text string) bool {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") || !strings.Contains(text, `"holderIdentity"`) {
		return false
	}
	var fields map[string]json.RawMessage
	return json.Unmarshal([]byte(text), &fields) == nil && fields["holderIdentity"] != nil
}

// dataOf is the data of a ConfigMap; nil where it is of no form that the API would take.
func dataOf(object *unstructured.Unstructured) map[string]string {
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	if err != nil {
		return nil
	}
	return data
}

// shardMapping: Argo CD's application controllers share the clusters among them here; nobody leads
// (argoproj/argo-cd controller/sharding/sharding.go).
func shardMapping(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	if _, found := dataOf(object)["shardControllerMapping"]; !found {
		return false, nil
	}
	lock.Marker = "a table of shards, of which each has its own controller"
	return true, nil
}
