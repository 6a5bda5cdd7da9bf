package reaction

import (
	"fmt"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/utils/ptr"
)

func TestAbout(t *testing.T) {
	const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases"
	for url, want := range map[string]answer{
		leases + "/lock": {lock: "lock"},
		leases + "?fieldSelector=metadata.name%3Dlock":               {lock: "lock"},
		leases + "?fieldSelector=metadata.name%3Dlock&watch=true":    {lock: "lock", watch: true},
		leases + "?fieldSelector=metadata.name%3Dlock&watch=1":       {lock: "lock", watch: true},
		leases + "?watch=true":                                       {},
		leases + "/lock/status":                                      {},
		leases + "/":                                                 {},
		"/api/v1/namespaces/default/pods/lock":                       {},
		"/api/v1/pods?fieldSelector=metadata.name%3Dlock&watch=true": {},
	} {
		got, ok := about(httptest.NewRequest("GET", url, nil), time.Time{})
		if ok != (want.lock != "") || ok && got != want {
			t.Errorf("%s: got %v, %v, want %v", url, got, ok, want)
		}
	}
	if a, ok := about(httptest.NewRequest("PUT", leases+"/lock", nil), time.Time{}); ok {
		t.Errorf("a write: got %v", a)
	}
}

func TestVigil(t *testing.T) {
	at := func(milliseconds int64) time.Time { return time.UnixMilli(milliseconds) }
	read, watch := answer{at: at(1000)}, answer{at: at(2000), watch: true}
	for name, test := range map[string]struct {
		polls   bool
		answers []answer
		period  time.Duration
		waits   bool
	}{
		"nothing":            {polls: true},
		"a list is no watch": {answers: []answer{read, read}, period: settled},
		"a watch":            {answers: []answer{read, watch}, period: settled, waits: true},
		"one poll":           {polls: true, answers: []answer{read}},
		"two polls":          {polls: true, answers: []answer{read, {at: at(2100)}}, period: 1100 * time.Millisecond, waits: true},
		"a watch is no poll": {polls: true, answers: []answer{read, watch}},
	} {
		v := vigil{polls: test.polls}
		var period time.Duration
		waits := false
		for _, a := range test.answers {
			period, waits = v.see(a)
		}
		if period != test.period || waits != test.waits {
			t.Errorf("%s: got %v, %v, want %v, %v", name, period, waits, test.period, test.waits)
		}
	}
}

func TestPhasesCoverAPeriodEvenly(t *testing.T) {
	for round, want := range []float64{0.125, 0.375, 0.625, 0.875} {
		if got := phase(round, 4, 0.5); got != want {
			t.Errorf("round %d: got %v, want %v", round, got, want)
		}
	}
	if first, last := phase(0, 4, 0), phase(3, 4, 0.999); first != 0 || last < 0.99 || last >= 1 {
		t.Errorf("from %v to %v", first, last)
	}
}

func TestEvents(t *testing.T) {
	now := time.Now()
	holder := func(r record) *string {
		if !r.exists {
			return nil
		}
		var lease coordinationv1.Lease
		r.write(&lease, now)
		return lease.Spec.HolderIdentity
	}
	c := Candidates{A: "a", B: "b"}
	want := map[string][2]*string{
		"taken over": {ptr.To("a"), ptr.To("b")}, "released": {ptr.To("a"), ptr.To("")}, "created": {nil, ptr.To("b")},
	}
	for _, e := range Events() {
		before, after := holder(e.before(c)), holder(e.after(c))
		if w := want[e.Name]; !ptr.Equal(before, w[0]) || !ptr.Equal(after, w[1]) {
			t.Errorf("%s: from %v to %v", e.Name, before, after)
		}
		if len(e.Waiters) == 0 || !strings.HasPrefix(e.Waiters[0].Command, "kubectl-leader ") {
			t.Errorf("%s: ours is not the first", e.Name)
		}
		for _, w := range e.Waiters {
			if out, err := exec.Command("sh", "-n", "-c", w.script()).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", w.Command, err, out)
			}
		}
	}
}

func TestTable(t *testing.T) {
	event := Event{Name: "released", Waiters: []Waiter{{Command: "ours"}, {Command: "theirs"}}}
	seconds := func(all ...float64) (durations []time.Duration) {
		for _, s := range all {
			durations = append(durations, time.Duration(s*float64(time.Second)))
		}
		return durations
	}
	var got strings.Builder
	results := []Result{{event, [][]time.Duration{seconds(0.3, 0.1, 0.2), seconds(1, 0.4, 0.1)}}}
	if err := Table(&got, results, seconds(0.003, 0.0041, 0.1)); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`From when a record is sent (its answer takes 4.1ms) until the process that waits has exited; 3 rounds on %d cores

EVENT      MEDIAN    OURS/THIS   MAXIMUM    OURS/THIS   WAITING
released   200.0ms               300.0ms                ours
           400.0ms   0.50x       1000.0ms   0.30x       theirs
`, runtime.NumCPU())
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", &got, want)
	}
}
