package identity

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
)

var (
	uuid = pattern(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	// unixMillis: kubernetes-csi/external-provisioner v3.2 to v6.1, <ms>-<random>-<driver>
	unixMillis  = pattern(`^([0-9]{13})-[0-9]{1,4}-`)
	hexadecimal = pattern(`^[0-9a-f]{8}$|^[0-9a-f]{16}$|^[0-9a-f]{32}$|^[0-9a-f]{40}$`)
)

// Random reports that a holder contains no host name at all: a UUID, another random number, or a time.
func Random(holder string) bool {
	return uuid().MatchString(holder) || unixMillis().MatchString(holder) || hexadecimal().MatchString(holder)
}

// hopeless reports a name that no pod and no node has.
func hopeless(name string) bool { return uuid().MatchString(name) || unixMillis().MatchString(name) }

// startTime is the time in a holder that says when its process began; the zero time when there is none.
func startTime(holder string) time.Time {
	m := unixMillis().FindStringSubmatch(holder)
	if m == nil {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// startsWithin is how long after its container a process reads the clock for its identity, at most.
const startsWithin = 10 * time.Second

// startedAt names the container of a pod that started just before a moment; "" when none did.
func startedAt(pod *corev1.Pod, moment time.Time) string {
	for _, status := range Lasting(pod) {
		if status.State.Running == nil {
			continue
		}
		// startedAt is cut to the second
		if since := moment.Sub(status.State.Running.StartedAt.Time); since >= 0 && since <= startsWithin {
			return status.Name
		}
	}
	return ""
}
