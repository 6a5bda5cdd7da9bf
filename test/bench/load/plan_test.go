package load

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

var large = Sizes{Leases: 10_000, Pods: 20_000}

func TestSizes(t *testing.T) {
	for _, test := range []struct {
		sizes                            Sizes
		heartbeats, elections, pods, max int
	}{
		{large, 5_000, 5_000, 20_000, 4},
		{Sizes{Leases: 2, Pods: 1}, 1, 1, 1, 1},
		{Sizes{Leases: 41, Pods: 100}, 20, 21, 100, 4},
		{Sizes{Leases: 40, Pods: 45}, 20, 20, 45, 2},
	} {
		if err := test.sizes.Check(); err != nil {
			t.Errorf("%v: %v", test.sizes, err)
		}
		p := NewPlan(test.sizes)
		if len(p.Heartbeats) != test.heartbeats || len(p.Elections) != test.elections || len(p.Pods) != test.pods {
			t.Errorf("%v: got %d heartbeats, %d elections, %d pods", test.sizes, len(p.Heartbeats), len(p.Elections), len(p.Pods))
		}
		if len(p.Nodes) != nodeCount {
			t.Errorf("%v: got %d nodes", test.sizes, len(p.Nodes))
		}
		replicas := map[string]int{}
		for _, pod := range p.Pods {
			if pod.Workload != "web" {
				replicas[pod.Namespace+"/"+pod.Workload]++
			}
		}
		for workload, n := range replicas {
			if n > test.max {
				t.Errorf("%v: %s has %d replicas", test.sizes, workload, n)
			}
		}
	}
	for _, sizes := range []Sizes{{}, {Leases: 1, Pods: 10}, {Leases: 100, Pods: 49}} {
		if sizes.Check() == nil {
			t.Errorf("%v: want an error", sizes)
		}
	}
}

func TestPlanIsTheSameEachTime(t *testing.T) {
	if !reflect.DeepEqual(NewPlan(large), NewPlan(large)) {
		t.Error("two plans of the same sizes differ")
	}
}

func TestNamesAreValidAndUnique(t *testing.T) {
	p := NewPlan(large)
	seen := map[string]bool{}
	name := func(kind, namespace, name string) {
		t.Helper()
		if seen[kind+namespace+"/"+name] {
			t.Errorf("%s %s/%s is there twice", kind, namespace, name)
		}
		seen[kind+namespace+"/"+name] = true
		if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 {
			t.Errorf("%s %s: %v", kind, name, problems)
		}
	}
	for _, namespace := range p.Namespaces {
		name("namespace", "", namespace)
	}
	for _, pod := range p.Pods {
		name("pod", pod.Namespace, pod.Name)
	}
	for _, e := range p.Elections {
		name("lease", e.Namespace, e.Name)
	}
}

// TestLeadersExist also proves the mix of the identities' forms.
func TestLeadersExist(t *testing.T) {
	p := NewPlan(large)
	pods := map[string]Pod{}
	for _, pod := range p.Pods {
		pods[pod.Namespace+"/"+pod.Name] = pod
	}
	forms := map[string]int{}
	for _, e := range p.Elections {
		leader, exists := pods[e.Namespace+"/"+e.Leader]
		if !exists {
			t.Fatalf("%s/%s: no pod %s", e.Namespace, e.Name, e.Leader)
		}
		switch {
		case e.Holder == e.Leader:
			forms["bare"]++
		case e.Holder == e.Leader+"-external-cert-manager-controller":
			forms["dash suffix"]++
		case strings.HasPrefix(e.Holder, e.Leader+"_"):
			forms["pod_uuid"]++
		case strings.HasPrefix(e.Holder, leader.Node+"_") && leader.Name == e.Name+"-"+leader.Node:
			forms["node_uuid"]++
		default:
			t.Errorf("%s/%s: %s does not name %s", e.Namespace, e.Name, e.Holder, e.Leader)
		}
	}
	want := map[string]int{"pod_uuid": 4000, "bare": 500, "dash suffix": 250, "node_uuid": 250}
	if !reflect.DeepEqual(forms, want) {
		t.Errorf("got %v, want %v", forms, want)
	}
}

func TestPodsAreAsLargeAsRealOnes(t *testing.T) {
	for _, pod := range []Pod{NewPlan(large).Pods[0], NewPlan(large).Pods[1000]} {
		object := pod.object()
		object.Status = pod.status(time.Now())
		data, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) < 4_000 || len(data) > 6_000 {
			t.Errorf("%s: %d bytes of JSON, want 4 to 6 thousand", pod.Name, len(data))
		}
	}
}

// TestTermsBeganWithTheirPods: a leader that started after its term began would not be believed.
func TestTermsBeganWithTheirPods(t *testing.T) {
	p, now := NewPlan(large), time.Now()
	spec := p.Elections[0].lease(now).Spec
	started := p.Pods[0].status(now).StartTime
	if !started.Time.Before(spec.AcquireTime.Time) {
		t.Error("the pod is younger than the term")
	}
}

func TestNewCandidates(t *testing.T) {
	plan, identities := NewCandidates("default")
	if len(plan.Pods) != 2 || len(plan.Elections)+len(plan.Heartbeats) != 0 || plan.Pods[0].Name == plan.Pods[1].Name {
		t.Fatalf("got %+v, want two pods and no Leases", plan)
	}
	for i, pod := range plan.Pods {
		if pod.Namespace != "default" || pod.Node != plan.Nodes[0] || identities[i] != hostUUID(pod) {
			t.Errorf("got %+v with identity %s", pod, identities[i])
		}
	}
}
