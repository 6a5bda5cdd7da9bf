package election

import (
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// written is an entry of managedFields: the server's record of a write.
func written(at time.Time, manager, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, FieldsType: "FieldsV1",
		Time: &metav1.Time{Time: at.Truncate(time.Second)}, FieldsV1: metav1.NewFieldsV1(fields),
	}
}

const ownsRenewTime = `{"f:spec":{"f:holderIdentity":{},"f:renewTime":{}}}`

func TestFreshByTheServersRecord(t *testing.T) {
	at := renewed.Truncate(time.Second) // the server's time of the write
	for _, test := range []struct {
		name   string
		clock  time.Duration // of the holder, ahead of the server's
		fields []metav1.ManagedFieldsEntry
		after  time.Duration // the write
		want   State
	}{
		{"a clock 30s behind", -30 * time.Second, []metav1.ManagedFieldsEntry{written(at, "op", ownsRenewTime)}, time.Second, Held},
		{"the same, dead", -30 * time.Second, []metav1.ManagedFieldsEntry{written(at, "op", ownsRenewTime)}, 17 * time.Second, Expired},
		{"a clock 8h ahead", 8 * time.Hour, []metav1.ManagedFieldsEntry{written(at, "op", ownsRenewTime)}, time.Second, Held},
		{"the same, dead", 8 * time.Hour, []metav1.ManagedFieldsEntry{written(at, "op", ownsRenewTime)}, 17 * time.Second, Expired},
		{"a second of doubt is the holder's", 0, []metav1.ManagedFieldsEntry{written(at, "op", ownsRenewTime)}, 16 * time.Second, Held},
		{"the newest of several writers counts", -time.Hour, []metav1.ManagedFieldsEntry{
			written(at.Add(-time.Hour), "old", ownsRenewTime), written(at, "op", ownsRenewTime), written(at.Add(-time.Minute), "older", ownsRenewTime),
		}, time.Second, Held},
		{"who writes labels does not renew", 0, []metav1.ManagedFieldsEntry{
			written(at, "op", ownsRenewTime), written(at.Add(time.Hour), "kubectl", `{"f:metadata":{"f:labels":{}}}`),
		}, 17 * time.Second, Expired},
		{"without managedFields, renewTime counts", -30 * time.Second, nil, time.Second, Expired},
		{"an entry without a time tells nothing", -30 * time.Second, []metav1.ManagedFieldsEntry{{FieldsV1: metav1.NewFieldsV1(ownsRenewTime)}}, 0, Expired},
	} {
		t.Run(test.name, func(t *testing.T) {
			lock := FromLease(Ref{}, lease(func(l *coordinationv1.Lease) {
				l.ManagedFields = test.fields
				l.Spec.RenewTime = &metav1.MicroTime{Time: renewed.Add(test.clock)}
				l.Spec.AcquireTime = &metav1.MicroTime{Time: renewed.Add(test.clock - time.Hour)}
			}))
			if got := lock.StateAt(at.Add(test.after)); got != test.want {
				t.Errorf("state %s, want %s", got, test.want)
			}
			if test.fields == nil || test.fields[0].Time == nil {
				return
			}
			if skew, ok := lock.Skew(); !ok || skew != test.clock {
				t.Errorf("skew %s (%v), want %s", skew, ok, test.clock)
			}
			if off := lock.Renewed().Sub(renewed).Abs(); off > time.Second {
				t.Errorf("renewed at %s, want %s", lock.Renewed(), renewed)
			}
			if off := lock.Acquired().Sub(renewed.Add(-time.Hour)).Abs(); off > time.Second {
				t.Errorf("acquired at %s, want an hour before %s", lock.Acquired(), renewed)
			}
		})
	}
}

func TestTimesWithoutAZone(t *testing.T) {
	at := renewed.Truncate(time.Second)
	for _, test := range []struct {
		name       string
		ahead      time.Duration // of UTC, as it is written
		suffix     string
		zone, skew time.Duration
	}{
		{"UTC", 0, "", 0, 0},
		{"Shanghai", 8 * time.Hour, "", 8 * time.Hour, 8 * time.Hour},
		{"New York, and a clock that is 40s ahead", -5*time.Hour + 40*time.Second, "", -5 * time.Hour, -5*time.Hour + 40*time.Second},
		{"Kathmandu", 5*time.Hour + 45*time.Minute, "", 5*time.Hour + 45*time.Minute, 5*time.Hour + 45*time.Minute},
		{"a clock that is 20 minutes behind", -20 * time.Minute, "", 0, -20 * time.Minute},
		{"hours off with a zone is a clock", 2 * time.Hour, "Z", 0, 2 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := renewed.Add(test.ahead).Format("2006-01-02T15:04:05.000000") + test.suffix
			o := &unstructured.Unstructured{Object: map[string]any{}}
			o.SetAnnotations(map[string]string{LeaderAnnotation: `{"holderIdentity":"op-0","leaseDurationSeconds":"17","acquireTime":"` + text + `","renewTime":"` + text + `"}`})
			o.SetManagedFields([]metav1.ManagedFieldsEntry{written(at, "python", `{"f:metadata":{"f:annotations":{"f:`+LeaderAnnotation+`":{}}}}`)})
			lock, err := FromObject(Ref{Kind: ConfigMap}, o, at)
			if err != nil {
				t.Fatal(err)
			}
			if skew, _ := lock.Skew(); lock.Zone() != test.zone || skew != test.skew {
				t.Errorf("zone %s, skew %s, want %s, %s", lock.Zone(), skew, test.zone, test.skew)
			}
			if lock.StateAt(at.Add(10*time.Second)) != Held || lock.StateAt(at.Add(20*time.Second)) != Expired {
				t.Error("it does not last 17 seconds from the write")
			}
		})
	}
}

func TestRenewTimesThatCannotBeRead(t *testing.T) {
	at := renewed.Truncate(time.Second)
	for record, want := range map[string]State{
		`{"holderIdentity":"op-0","leaseDurationSeconds":15,"renewTime":"Sunday"}`: Expired,
		`{"holderIdentity":"op-0","leaseDurationSeconds":15}`:                      Held, // it is never renewed
	} {
		o := &unstructured.Unstructured{Object: map[string]any{}}
		o.SetAnnotations(map[string]string{LeaderAnnotation: record})
		o.SetManagedFields([]metav1.ManagedFieldsEntry{written(at, "op", `{"f:metadata":{"f:annotations":{"f:`+LeaderAnnotation+`":{}}}}`)})
		lock, err := FromObject(Ref{Kind: ConfigMap}, o, at)
		if err != nil || lock.StateAt(at) != Held || lock.StateAt(at.Add(time.Minute)) != want {
			t.Errorf("%s: %s and %s, %v, want Held and %s", record, lock.StateAt(at), lock.StateAt(at.Add(time.Minute)), err, want)
		}
	}
}

func TestKopfPeersAndTheServersRecord(t *testing.T) {
	at := renewed.Truncate(time.Second)
	o := &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{
		"a": map[string]any{"priority": int64(1), "lifetime": int64(60), "lastseen": renewed.Add(-time.Hour).Format(time.RFC3339)},
		"b": map[string]any{"priority": int64(9), "lifetime": int64(60), "lastseen": renewed.Add(-time.Hour).Format(time.RFC3339)},
	}}}
	for _, test := range []struct {
		name   string
		fields []metav1.ManagedFieldsEntry
		want   string
		state  State
	}{
		{"the one whose clock is behind and who writes", []metav1.ManagedFieldsEntry{
			written(at, "a", `{"f:status":{"f:a":{"f:lastseen":{}}}}`), written(at.Add(-time.Hour), "b", `{"f:status":{"f:b":{"f:lastseen":{}}}}`),
		}, "a", Held},
		{"one name for both: nobody knows who wrote", []metav1.ManagedFieldsEntry{written(at, "kopf", `{"f:status":{"f:a":{},"f:b":{}}}`)}, "b", Expired},
	} {
		t.Run(test.name, func(t *testing.T) {
			o.SetManagedFields(test.fields)
			lock, err := FromObject(Ref{Kind: KopfPeering}, o, at)
			if err != nil || lock.Record.Holder != test.want || lock.StateAt(at) != test.state {
				t.Errorf("%q, %s, %v, want %q, %s", lock.Record.Holder, lock.StateAt(at), err, test.want, test.state)
			}
		})
	}
}

// TestRecordsOfManyWriters: the server's record of a write says nothing of a holder where others
// write by its name, too.
func TestRecordsOfManyWriters(t *testing.T) {
	at := renewed.Truncate(time.Second)
	now := at.Add(time.Second)
	record := func(holder string, renewed time.Time) string {
		return `{"holderIdentity":"` + holder + `","leaseDurationSeconds":15,"renewTime":"` + renewed.Format(time.RFC3339) + `"}`
	}
	maria := map[string]string{"openstackhelm.openstack.org/leader.node": "db-0", "openstackhelm.openstack.org/leader.expiry": at.Add(-time.Minute).Format(time.RFC3339)}
	const ownsMaria = `{"f:metadata":{"f:annotations":{"f:openstackhelm.openstack.org/leader.expiry":{}}}`
	for _, test := range []struct {
		name        string
		annotations map[string]string
		data        map[string]any
		key, fields string
		want        State
	}{
		{"an annotation of any name, by a clock that is behind", map[string]string{"example.com/leader": record("op-0", at.Add(-time.Minute))}, nil, "",
			`{"f:metadata":{"f:annotations":{"f:example.com/leader":{}}}}`, Held},
		{"a role alone, by a clock that is behind", nil, map[string]any{"a": record("op-0", at.Add(-time.Minute))}, "a", `{"f:data":{"f:a":{}}}`, Held},
		{"a role that is dead, beside one that lives", nil, map[string]any{"a": record("op-0", at.Add(-time.Minute)), "b": record("op-1", at)}, "a",
			`{"f:data":{"f:a":{},"f:b":{}}}`, Expired},
		{"the one that lives", nil, map[string]any{"a": record("op-0", at.Add(-time.Minute)), "b": record("op-1", at)}, "b",
			`{"f:data":{"f:a":{},"f:b":{}}}`, Held},
		{"MariaDB, by a clock that is behind", maria, nil, "", ownsMaria + `}`, Held},
		{"MariaDB that is dead, beside those that write their samples", maria, map[string]any{"sample_time.db-1": "x"}, "",
			ownsMaria + `,"f:data":{"f:sample_time.db-1":{}}}`, Expired},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := object(test.annotations, "data", test.data)
			o.SetManagedFields([]metav1.ManagedFieldsEntry{written(at, "client", test.fields)})
			lock, err := FromObject(Ref{Kind: ConfigMap, Name: "x", Key: test.key}, o, now)
			if err != nil || lock.StateAt(now) != test.want {
				t.Errorf("%s, %v, want %s", lock.StateAt(now), err, test.want)
			}
		})
	}
}

// TestSkewOfARightClock: the time of a renewal is taken a moment before it is written.
func TestSkewOfARightClock(t *testing.T) {
	at := renewed.Truncate(time.Second)
	for before, want := range map[time.Duration]time.Duration{
		time.Millisecond: 0, -900 * time.Millisecond: 0, -time.Second: time.Second, 2 * time.Second: -2 * time.Second,
	} {
		lock := Lock{Written: at, Record: Record{Renewed: at.Add(-before)}}
		if skew, ok := lock.Skew(); skew != want || !ok {
			t.Errorf("%s before the write: %s (%v), want %s", before, skew, ok, want)
		}
	}
}
