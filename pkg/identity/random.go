package identity

import (
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

var (
	uuid    = pattern(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	anyUUID = pattern(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)
	// unixMillis: kubernetes-csi/external-provisioner v3.2 to v6.1, <ms>-<random>-<driver>
	unixMillis = pattern(`^([0-9]{13})-[0-9]{1,4}-`)
)

// Random reports that a holder contains no host name at all: a UUID, another random number, or a time.
func Random(holder string) bool {
	if uuid().MatchString(holder) || unixMillis().MatchString(holder) || randomWord(holder) {
		return true
	}
	// With a word of an election before it; any other would be a host's name.
	rest := anyUUID().ReplaceAllLiteralString(holder, blank)
	at := strings.LastIndexAny(rest, "-:/ .")
	if at < 0 || rest[at+1:] != blank && !randomWord(rest[at+1:]) {
		return false
	}
	words := wordsOf(rest[:at])
	return len(words) > 0 && (slices.Contains(electionWords, words[len(words)-1]) || words[len(words)-1] == "uuid")
}

// randomWord reports that a text without separators is one that nobody would call anything: digits
// and letters as random numbers, ULIDs, KSUIDs and tokens are written in.
func randomWord(text string) bool {
	if len(text) < 8 || strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || !alphanumeric(byte(r)) }) {
		return false
	}
	const digits = "0123456789"
	letters := strings.Trim(text, digits) != ""
	mixed := letters && strings.ContainsAny(text, digits)
	lower, upper := strings.ToLower(text) == text, strings.ToUpper(text) == text
	switch {
	case len(text)%2 == 0 && (strings.Trim(text, digits+"abcdef") == "" || strings.Trim(text, digits+"ABCDEF") == ""):
		// Hexadecimal, in bytes. Containers that run outside of a cluster have a host name of 12
		// digits.
		return len(text) == 8 || len(text) >= 16 || mixed && len(text) != 12
	case !letters:
		return len(text) >= 15 // a number of 64 bits
	case lower:
		return mixed && len(text) >= 20 // xid, base 36
	case upper:
		return mixed && len(text) >= 16 // ULID, base 32
	}
	return len(text) >= 16 && (mixed || len(text) >= 20) // letters of both cases: base 62
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
