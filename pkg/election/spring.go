package election

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// springRole begins the keys of Spring Cloud Kubernetes' older leader election: one key a role, the holder its value,
// and no times (spring-cloud/spring-cloud-kubernetes LeadershipController.java).
const springRole = "leader.id."

func springData(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	roles := springRoles(object)
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	if err != nil {
		return false, nil // no data that a ConfigMap can have
	}
	switch {
	case len(roles) == 0 && !isSpring(object):
		return false, nil
	case lock.Key != "" || len(roles) == 0:
		lock.Record.Holder = data[springRole+lock.Key] // a role that is absent has been given up
	case len(roles) == 1:
		lock.Record.Holder = data[springRole+roles[0]]
	default:
		return false, fmt.Errorf("%s records the leaders of several roles (%s): name one, as in %s/%s",
			lock.Ref, strings.Join(roles, ", "), lock.Arg(), roles[0])
	}
	return true, nil
}

// isSpring knows the ConfigMap by its label, where no role has a leader.
func isSpring(object *unstructured.Unstructured) bool {
	return object.GetLabels()["provider"] == "spring-cloud-kubernetes"
}

// springRoles lists the roles that have a leader, sorted.
func springRoles(object *unstructured.Unstructured) []string {
	data, _, err := unstructured.NestedStringMap(object.Object, "data")
	if err != nil {
		return nil
	}
	var roles []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if role, ok := strings.CutPrefix(key, springRole); ok {
			roles = append(roles, role)
		}
	}
	return roles
}

// shardMapping: Argo CD's application controllers share the clusters among them here; nobody leads
// (argoproj/argo-cd controller/sharding/sharding.go).
func shardMapping(lock *Lock, object *unstructured.Unstructured, _ time.Time) (bool, error) {
	_, found, err := unstructured.NestedString(object.Object, "data", "shardControllerMapping")
	if err != nil || !found {
		return false, nil
	}
	lock.Marker = "a table of shards, of which each has its own controller"
	return true, nil
}
