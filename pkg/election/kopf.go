package election

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kopfLifetime is how long a kopf peer lives after it was last seen, if it does not say.
const kopfLifetime = 60 * time.Second

// kopfStatus: the operators of a kopf peering list themselves in its status, and the live one of the highest priority
// works while the others pause. Where two have the same, all freeze (nolar/kopf docs/peering.rst).
func kopfStatus(lock *Lock, object *unstructured.Unstructured, now time.Time) (bool, error) {
	status, ok := object.Object["status"].(map[string]any)
	if !ok {
		return true, nil // no peers: nobody leads
	}
	type peer struct {
		id       string
		priority int64
		lock     Lock
		live     bool
	}
	var best []peer
	for _, id := range slices.Sorted(maps.Keys(status)) {
		fields, ok := status[id].(map[string]any)
		if !ok {
			continue // another part of the status, such as kopf's own progress
		}
		p := peer{id: id, priority: scalarOf(fields["priority"]).number(), lock: *lock}
		record := &p.lock.Record
		seen := scalarOf(fields["lastseen"])
		*record = Record{Holder: id, Renewed: seen.time(), Duration: scalarOf(fields["lifetime"]).seconds(), Zoneless: seen.zoneless()}
		if record.Renewed.IsZero() {
			continue
		}
		if record.Duration == 0 {
			record.Duration = kopfLifetime
		}
		if p.lock.recordedIn(object, id); wroteAnother(object, id, slices.Collect(maps.Keys(status))) {
			p.lock.Written = time.Time{} // any peer of that manager may have written it
		}
		p.live = p.lock.StateAt(now) == Held
		switch {
		case len(best) == 0 || p.live && !best[0].live || p.live == best[0].live && p.priority > best[0].priority:
			best = []peer{p}
		case p.live == best[0].live && p.priority == best[0].priority:
			best = append(best, p)
		}
	}
	if len(best) == 0 {
		return true, nil
	}
	lock.Record, lock.Written = best[0].lock.Record, best[0].lock.Written
	if len(best) > 1 && best[0].live {
		for _, p := range best {
			lock.Rivals = append(lock.Rivals, p.id)
		}
	}
	return true, nil
}

// scalarOf takes a value from an object that was decoded already.
func scalarOf(v any) scalar {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return scalar(v)
	case json.Number, int64, float64, int:
		return scalar(fmt.Sprint(v))
	}
	return ""
}
