package reaction

import (
	"net/http"
	"strings"
	"time"
)

// answer is an answer about a lock that a process got.
type answer struct {
	lock  string
	watch bool
	at    time.Time
}

// about tells which Lease a request reads or watches by name, false for any other request.
func about(r *http.Request, at time.Time) (answer, bool) {
	_, rest, found := strings.Cut(r.URL.Path, "/leases")
	if r.Method != http.MethodGet || !found {
		return answer{}, false
	}
	query := r.URL.Query()
	a := answer{watch: query.Get("watch") == "true" || query.Get("watch") == "1", at: at}
	if name, ok := strings.CutPrefix(rest, "/"); ok {
		a.lock = name
		return a, name != "" && !strings.Contains(name, "/")
	}
	a.lock, found = strings.CutPrefix(query.Get("fieldSelector"), "metadata.name=")
	return a, found && rest == ""
}

// settled is how far the moment of a write is spread for those who have no period of their own.
const settled = time.Second

// vigil finds out when a process waits.
type vigil struct {
	polls bool
	asked time.Time
}

// see takes an answer in. Once the process waits it tells within what time the write is to come: one who polls has been
// told twice that it has not happened, and what was between is the period; one who watches has been told that it does.
func (v *vigil) see(a answer) (period time.Duration, waits bool) {
	switch {
	case !v.polls:
		return settled, a.watch
	case a.watch:
		return 0, false
	case v.asked.IsZero():
		v.asked = a.at
		return 0, false
	}
	return a.at.Sub(v.asked), true
}

// phase is the part of a period after which the write comes in a round: anywhere, but so that the rounds together cover
// all of it evenly. Random is from 0 up to 1.
func phase(round, rounds int, random float64) float64 {
	return (float64(round) + random) / float64(rounds)
}
