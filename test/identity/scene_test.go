package identity

import (
	"testing"
	"time"
)

func build(t *testing.T, c Case) scene {
	t.Helper()
	if problems := c.check(); len(problems) > 0 {
		t.Fatal(problems)
	}
	s, err := c.scene(present)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func podNames(s scene) (names []string) {
	for _, pod := range s.pods {
		names = append(names, pod.Namespace+"/"+pod.Name)
	}
	return names
}

func TestWhichPodsExist(t *testing.T) {
	pod := Pod{Namespace: "ns", Name: "a", NodeName: "n"}
	for _, test := range []struct {
		name string
		c    Case
		want []string
	}{
		{"the pod and the decoys", Case{Expect: "pod", Decoys: []Pod{{Name: "b"}}}, []string{"ns/a", "ns/b"}},
		{"one that is gone is not there", Case{Expect: "gone", Decoys: []Pod{{Name: "b"}}}, []string{"ns/b"}},
		{"one that is only a hint is", Case{Expect: "hint-only"}, []string{"ns/a"}},
		{"candidates are there, each once", Case{Expect: "ambiguous", Candidates: []Pod{{Name: "a"}, {Name: "b"}, {Name: "other/c"}}, Decoys: []Pod{{Name: "b"}}}, []string{"ns/a", "ns/b", "other/c"}},
	} {
		test.c.LockKind, test.c.LockName, test.c.LockNamespace, test.c.Pod = "Lease", "x", "locks", pod
		got := podNames(build(t, test.c))
		if len(got) != len(test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: got %v, want %v", test.name, got, test.want)
			}
		}
	}
}

func TestPodsAreOlderThanWhatTheLockRemembers(t *testing.T) {
	c := Case{
		LockKind: "Lease", LockName: "x", Expect: "pod", Pod: Pod{Name: "a"},
		LeaseSpec: object(`{"acquireTime":"2026-01-01T10:00:00.000000Z","renewTime":"2026-01-04T10:00:00.000000Z"}`),
	}
	if start := build(t, c).pods[0].Status.StartTime; !start.Time.Before(present.Add(-72 * time.Hour)) {
		t.Errorf("the pod starts at %s, after its term began", start)
	}
}

func TestAnotherIncarnationIsYoungerThanTheRenewal(t *testing.T) {
	for name, start := range map[string]string{"by itself": "", "by the case": "2026-01-04T10:00:02Z", "by the case, too late": "2026-01-04T11:00:00Z"} {
		c := Case{
			LockKind: "Lease", LockName: "x", Expect: "other-incarnation", Pod: Pod{Name: "a", StartTime: start},
			LeaseSpec: object(`{"renewTime":"2026-01-04T10:00:00.000000Z"}`),
		}
		if at := build(t, c).pods[0].Status.StartTime.Time; !at.After(c.renewal(present)) || at.After(present) {
			t.Errorf("%s: the pod starts at %s, the renewal was at %s", name, at, c.renewal(present))
		}
	}
}

func TestNodes(t *testing.T) {
	c := Case{
		LockKind: "Lease", LockName: "x", Expect: "node-only", Pod: Pod{NodeName: "n"}, Decoys: []Pod{{Name: "b", NodeName: "m", HostNetwork: true}},
		NodeLabels: texts{"kubernetes.io/hostname": "os"}, NodeAddresses: addresses{{Type: "Hostname", Address: "os.example"}},
	}
	s := build(t, c)
	if len(s.nodes) != 2 || s.nodes[0].Name != "m" || s.nodes[1].Name != "n" {
		t.Fatalf("got the nodes %v", s.nodes)
	}
	if m := s.nodes[0]; m.Labels["kubernetes.io/hostname"] != "m" || m.Status.Addresses[0].Address != "m" {
		t.Errorf("got node m with %v, %v", m.Labels, m.Status.Addresses)
	}
	if n := s.nodes[1]; n.Labels["kubernetes.io/hostname"] != "os" || n.Status.Addresses[0].Address != "os.example" {
		t.Errorf("got node n with %v, %v", n.Labels, n.Status.Addresses)
	}
	if ip := s.pods[0].Status.PodIP; ip != internalIP(s.nodes[0]) {
		t.Errorf("a pod on hostNetwork has the address %s, its node %s", ip, internalIP(s.nodes[0]))
	}
}

func TestContainersRunSinceTheCaseSays(t *testing.T) {
	c := Case{LockKind: "Lease", LockName: "x", Expect: "hint-only", Pod: Pod{Name: "a"}, StartedAt: starts{"a/c": "2024-06-12T13:46:41Z", "b/c": "2024-06-12T13:47:00Z"}}
	pod := build(t, c).pods[0]
	want := time.Date(2024, 6, 12, 13, 46, 41, 0, time.UTC)
	if got := pod.Status.ContainerStatuses; len(got) != 1 || got[0].Name != "c" || !got[0].State.Running.StartedAt.Time.Equal(want) {
		t.Errorf("got the containers %+v", got)
	}
	if !pod.Status.StartTime.Time.Before(want) {
		t.Errorf("the pod starts at %s, after its container", pod.Status.StartTime)
	}
}
