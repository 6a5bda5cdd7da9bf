package identity

import (
	"testing"
	"time"
)

var present = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestRenewalMovesToThePresent(t *testing.T) {
	c := Case{
		LockKind: "ConfigMap", Expect: "pod",
		Annotation: texts{
			leaderAnnotation: `{"holderIdentity": "a", "leaseDurationSeconds": "17", "acquireTime": "2026-01-04 10:00:00.123456", "renewTime":"2026-01-04 10:00:32.654321"}`,
		},
		Pod: Pod{StartTime: "2026-01-04T09:00:00Z"},
	}
	c.moveTo(present)
	want := `{"holderIdentity": "a", "leaseDurationSeconds": "17", "acquireTime": "2026-11-20 11:59:27.469135", "renewTime":"2026-11-20 12:00:00.000000"}`
	if got := c.Annotation[leaderAnnotation]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := c.Pod.StartTime, "2026-11-20T10:59:27Z"; got != want {
		t.Errorf("the pod's start: got %s, want %s", got, want)
	}
	// A second time it is a matter of the time that has passed in between.
	c.moveTo(present.Add(time.Second))
	if got, want := c.Pod.StartTime, "2026-11-20T10:59:28Z"; got != want {
		t.Errorf("the pod's start, moved again: got %s, want %s", got, want)
	}
}

func TestTimesInKeysOfTheirOwn(t *testing.T) {
	given := texts{"leader": "pg-0", "ttl": "30", "optime": "1767520832", "acquireTime": "2026-01-04T09:00:00+00:00", "renewTime": "2026-01-04T10:00:00+00:00"}
	c := Case{LockKind: "Endpoints-patroni", Expect: "pod", Annotation: given}
	c.moveTo(present)
	for key, want := range map[string]string{
		"leader": "pg-0", "ttl": "30", "optime": "1767520832", "acquireTime": "2026-11-20T11:00:00+00:00", "renewTime": "2026-11-20T12:00:00+00:00",
	} {
		if got := c.Annotation[key]; got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if given["renewTime"] != "2026-01-04T10:00:00+00:00" {
		t.Error("the case that was copied has changed")
	}
}

func TestTheLatestOfAllPeersIsThePresent(t *testing.T) {
	c := Case{LockKind: "KopfPeering", Expect: "pod", Status: object(`{"a":{"lastseen":"2026-01-04T10:00:00.5"},"dead":{"lastseen":"2026-01-04T09:00:00.5"}}`)}
	c.moveTo(present)
	if got, want := string(c.Status), `{"a":{"lastseen":"2026-11-20T12:00:00.0"},"dead":{"lastseen":"2026-11-20T11:00:00.0"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatHasEndedStaysInThePast(t *testing.T) {
	const spec = `{"acquireTime":"2026-01-04T09:00:00.000000Z","renewTime":"2026-01-04T10:00:00.000000Z"}`
	for _, expect := range []string{"released", "expired", "Expired"} {
		c := Case{LockKind: "Lease", Expect: expect, LeaseSpec: object(spec)}
		c.moveTo(present)
		if string(c.LeaseSpec) != spec {
			t.Errorf("%s: got %s", expect, c.LeaseSpec)
		}
	}
}

func TestTimesOutsideOfTheRecordMoveToo(t *testing.T) {
	c := Case{LockKind: "Lease", Expect: "pod", RenewTime: "2026-01-04T10:00:00Z", AcquireTime: "2026-01-04 09:00:00"}
	c.moveTo(present)
	if c.RenewTime != "2026-11-20T12:00:00Z" || c.AcquireTime != "2026-11-20 11:00:00" || c.LeaseSpec != nil || c.Status != nil {
		t.Errorf("got renewed %s, acquired %s, spec %s, status %s", c.RenewTime, c.AcquireTime, c.LeaseSpec, c.Status)
	}
}

func TestWithoutARenewal(t *testing.T) {
	for _, test := range []struct {
		name  string
		given Case
		moved bool
	}{
		{"a Lease gets one, so its beginning stays", Case{LockKind: "Lease", Expect: "pod", Pod: Pod{StartTime: "2026-01-04T10:00:00Z"}, LeaseSpec: object(`{"acquireTime":"2026-01-04T10:00:00.000000Z","renewTime":null}`)}, false},
		{"kured's creation counts", Case{LockKind: "DaemonSet", Expect: "pod", Pod: Pod{StartTime: "2026-01-04T10:00:00Z"}, Annotation: texts{kuredAnnotation: `{"nodeID":"a","created":"2026-01-04T10:00:00Z"}`}}, true},
	} {
		test.given.moveTo(present)
		if moved := test.given.Pod.StartTime == "2026-11-20T12:00:00Z"; moved != test.moved {
			t.Errorf("%s: got the start %s", test.name, test.given.Pod.StartTime)
		}
	}
}
