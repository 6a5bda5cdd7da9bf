package election

import (
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

var renewed = time.Date(2026, 1, 4, 10, 0, 0, 123456000, time.UTC)

func lease(change func(*coordinationv1.Lease)) *coordinationv1.Lease {
	l := &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "my-operator", UID: "1"},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity:       ptr.To("my-operator-0_uuid"),
			AcquireTime:          &metav1.MicroTime{Time: renewed.Add(-time.Hour)},
			RenewTime:            &metav1.MicroTime{Time: renewed},
			LeaseDurationSeconds: ptr.To[int32](15),
			LeaseTransitions:     ptr.To[int32](3),
		},
	}
	change(l)
	return l
}

// heartbeatOf is a Lease as k8s.io/component-helpers writes it.
func heartbeatOf(holder string, change func(*coordinationv1.Lease)) *coordinationv1.Lease {
	return lease(func(l *coordinationv1.Lease) {
		l.Spec = coordinationv1.LeaseSpec{HolderIdentity: &holder, RenewTime: l.Spec.RenewTime, LeaseDurationSeconds: ptr.To[int32](40)}
		change(l)
	})
}

func TestStateAt(t *testing.T) {
	same := func(*coordinationv1.Lease) {}
	for _, test := range []struct {
		name  string
		lease *coordinationv1.Lease
		after time.Duration
		want  State
	}{
		{"renewed just now", lease(same), 0, Held},
		{"valid to the last moment", lease(same), 15 * time.Second, Held},
		{"one moment later", lease(same), 15*time.Second + time.Microsecond, Expired},
		{"a clock before the renewal", lease(same), -time.Hour, Held},
		{"no such object", nil, 0, Missing},
		{"released by client-go", lease(func(l *coordinationv1.Lease) {
			l.Spec.HolderIdentity, l.Spec.LeaseDurationSeconds = ptr.To(""), ptr.To[int32](1)
		}), time.Hour, Released},
		{"released by kubert: all null but transitions", lease(func(l *coordinationv1.Lease) {
			l.Spec = coordinationv1.LeaseSpec{LeaseTransitions: ptr.To[int32](3)}
		}), 0, Released},
		{"a mutex, which has no duration to expire by", lease(func(l *coordinationv1.Lease) { l.Spec.LeaseDurationSeconds = nil }), 1000 * time.Hour, Held},
		{"a mutex with a holder alone", lease(func(l *coordinationv1.Lease) {
			l.Spec = coordinationv1.LeaseSpec{HolderIdentity: l.Spec.HolderIdentity, LeaseTransitions: ptr.To[int32](1)}
		}), 0, NotElection},
		{"owned by its holder's pod, without times", lease(func(l *coordinationv1.Lease) {
			l.Spec = coordinationv1.LeaseSpec{HolderIdentity: ptr.To("op-0")}
			l.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "op-0", UID: "u"}}
		}), 1000 * time.Hour, Held},
		{"owned by another pod, without times", lease(func(l *coordinationv1.Lease) {
			l.Spec = coordinationv1.LeaseSpec{HolderIdentity: ptr.To("op-1")}
			l.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "op-0", UID: "u"}}
		}), 0, NotElection},
		{"never renewed", lease(func(l *coordinationv1.Lease) { l.Spec.RenewTime = nil }), 0, NotElection},
		{"empty spec", lease(func(l *coordinationv1.Lease) { l.Spec = coordinationv1.LeaseSpec{} }), 0, NotElection},
		{"an empty spec with a label of locks", lease(func(l *coordinationv1.Lease) {
			l.Spec, l.Labels = coordinationv1.LeaseSpec{}, map[string]string{"provider": "camel"}
		}), 0, Released},
		{"an empty spec of what it is named after", lease(func(l *coordinationv1.Lease) {
			l.Spec, l.OwnerReferences = coordinationv1.LeaseSpec{}, []metav1.OwnerReference{{APIVersion: "postgresql.cnpg.io/v1", Kind: "Cluster", Name: l.Name}}
		}), 0, Released},
		{"an empty spec of something else", lease(func(l *coordinationv1.Lease) {
			l.Spec, l.OwnerReferences = coordinationv1.LeaseSpec{}, []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "init"}}
		}), 0, NotElection},
		{"node heartbeat", heartbeatOf("worker-1", func(l *coordinationv1.Lease) { l.Namespace, l.Name = "kube-node-lease", "worker-1" }), 0, NotElection},
		{"an election in the namespace of node heartbeats", lease(func(l *coordinationv1.Lease) { l.Namespace = "kube-node-lease" }), 0, Held},
		{"k0s's controllers", lease(func(l *coordinationv1.Lease) { l.Namespace, l.Name = "kube-node-lease", "k0s-ctrl-cp-1" }), 0, NotElection},
		{"held by its own name", heartbeatOf("my-operator", same), 0, NotElection},
		{"held by what begins with its name", heartbeatOf("my-operator_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", same), 0, NotElection},
		{"held by what its name is only a part of a word of", heartbeatOf("my-operators-0", same), 0, Held},
		{"held by a pod of the Deployment that has its name", heartbeatOf("my-operator-6d8b9c7f5d-x2k4z", same), 0, Held},
		{"the same, with a UUID", heartbeatOf("my-operator-6d8b9c7f5d-x2k4z_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", same), 0, Held},
		{"held by a pod of the DaemonSet that has its name", heartbeatOf("my-operator-x2k4z", same), 0, Held},
		{"held by a pod of the StatefulSet that has its name", heartbeatOf("my-operator-0", same), 0, Held},
		{"held by a UUID", heartbeatOf("0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", same), 0, NotElection},
		{"held by nobody, and renewed", heartbeatOf("", same), 0, NotElection},
		{"held by nobody since a release", heartbeatOf("", func(l *coordinationv1.Lease) { l.Spec.LeaseDurationSeconds = ptr.To[int32](1) }), 0, Released},
		{"an older API server's identity, by its label", heartbeatOf("kube-apiserver-a", func(l *coordinationv1.Lease) { l.Labels = map[string]string{"k8s.io/component": "kube-apiserver"} }), 0, NotElection},
		{"an election that somebody wrote by hand", heartbeatOf("orders-0", same), 0, Held},
		{"a coordinated election", heartbeatOf("my-operator", func(l *coordinationv1.Lease) { l.Spec.Strategy = ptr.To(coordinationv1.OldestEmulationVersion) }), 0, Held},
		{"an election that its own name holds", lease(func(l *coordinationv1.Lease) { l.Spec.HolderIdentity = ptr.To(l.Name) }), 0, Held},
		{"whereabouts, in the name of a user's pod", lease(func(l *coordinationv1.Lease) { l.Namespace, l.Name = "kube-system", "whereabouts" }), 0, NotElection},
		{"API server identity", lease(func(l *coordinationv1.Lease) {
			l.Labels = map[string]string{"apiserver.kubernetes.io/identity": "kube-apiserver"}
		}), 0, NotElection},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := FromLease(Ref{Namespace: "ops", Name: "my-operator"}, test.lease).StateAt(renewed.Add(test.after)); got != test.want {
				t.Errorf("state %s, want %s", got, test.want)
			}
		})
	}
}

func TestSameTerm(t *testing.T) {
	ref := Ref{Namespace: "ops", Name: "my-operator"}
	base := FromLease(ref, lease(func(*coordinationv1.Lease) {}))
	for _, test := range []struct {
		name   string
		change func(*coordinationv1.Lease)
		want   bool
	}{
		{"renewal", func(l *coordinationv1.Lease) { l.Spec.RenewTime = &metav1.MicroTime{Time: renewed.Add(time.Second)} }, true},
		{"another holder", func(l *coordinationv1.Lease) { l.Spec.HolderIdentity = ptr.To("my-operator-1_uuid") }, false},
		{"acquired anew", func(l *coordinationv1.Lease) { l.Spec.AcquireTime = &metav1.MicroTime{Time: renewed} }, false},
		{"a count that grows with a renewal", func(l *coordinationv1.Lease) { l.Spec.LeaseTransitions = ptr.To[int32](4) }, true},
		{"a count that a renewal resets", func(l *coordinationv1.Lease) { l.Spec.LeaseTransitions = nil }, true},
		{"acquireTime lost", func(l *coordinationv1.Lease) { l.Spec.AcquireTime = nil }, false},
		{"recreated", func(l *coordinationv1.Lease) { l.UID = "2" }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := FromLease(ref, lease(test.change))
			if got := other.SameTerm(base); got != test.want {
				t.Errorf("same term %v, want %v", got, test.want)
			}
			if !IsTerm(base.Term()) || (other.Term() == base.Term()) != test.want {
				t.Errorf("terms %q and %q, want the same: %v", base.Term(), other.Term(), test.want)
			}
		})
	}
	timeless := func(transitions int32) Lock {
		return FromLease(ref, lease(func(l *coordinationv1.Lease) { l.Spec.AcquireTime, l.Spec.LeaseTransitions = nil, &transitions }))
	}
	if !timeless(3).SameTerm(timeless(3)) || timeless(4).SameTerm(timeless(3)) {
		t.Error("without an acquireTime, leaseTransitions tells terms apart")
	}
	if FromLease(ref, nil).SameTerm(base) {
		t.Error("a deleted lock continues the term")
	}
}

// FuzzLease: whatever a writer puts into a Lease, it is read without a panic and never as held by somebody else.
func FuzzLease(f *testing.F) {
	f.Add("op-0", int32(15), int32(3), int64(0), "kube-system", "apiserver-x")
	f.Fuzz(func(t *testing.T, holder string, seconds, transitions int32, at int64, namespace, name string) {
		when := &metav1.MicroTime{Time: time.Unix(at, 0)}
		lock := FromLease(Ref{Namespace: namespace, Name: name}, &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
			Spec:       coordinationv1.LeaseSpec{HolderIdentity: &holder, LeaseDurationSeconds: &seconds, LeaseTransitions: &transitions, RenewTime: when, AcquireTime: when},
		})
		if lock.Record.Holder != holder {
			t.Errorf("holder %q is read as %q", holder, lock.Record.Holder)
		}
		if state := lock.StateAt(renewed); state == Held && holder == "" || state == Missing {
			t.Errorf("%s: %+v", state, lock)
		}
	})
}

func TestIsTerm(t *testing.T) {
	term := Lock{Exists: true, Record: Record{Holder: "op-0", Acquired: renewed}}.Term()
	for text, want := range map[string]bool{
		term: true, "": false, "op-0": false, "term-": false, term + "0": false, term[:len(term)-2]: false, term + "\n": false,
		"term-" + strings.ToUpper(strings.TrimPrefix(term, "term-")): false, // it would equal no term, and so be over
	} {
		if got := IsTerm(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
