package scenarios

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// minor is the API server's minor version: 30 of 1.30.
func (ns *namespace) minor(t *testing.T) int {
	t.Helper()
	version, err := ns.client.Discovery().ServerVersion()
	if err != nil {
		t.Fatal(err)
	}
	return number(t, strings.TrimSuffix(version.Minor, "+")) // some distributions add that
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOneProtocolIsEnough: a proxy lets either WebSocket or SPDY through, and ports are forwarded
// and commands run by that.
func TestOneProtocolIsEnough(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	minor := ns.minor(t)
	for _, only := range []struct {
		protocol          string
		portForward, exec int // the API server's minor version from which on it has this by default
	}{
		{"websocket", 31, 30},
		{"spdy/3.1", 0, 0},
	} {
		var upgraded atomic.Int32
		_, through := proxy(t, ns, func(r *http.Request) bool {
			protocol := strings.ToLower(r.Header.Get("Upgrade"))
			if protocol == only.protocol {
				upgraded.Add(1)
			}
			return protocol != "" && protocol != only.protocol
		})
		for name, use := range map[string]struct {
			since int
			try   func(*testing.T, *namespace)
		}{
			"port-forward": {only.portForward, asksThroughAPort},
			"exec":         {only.exec, runsACommand},
		} {
			t.Run(only.protocol+"/"+name, func(t *testing.T) {
				if minor < use.since {
					leaveOut(t, "the API server does not have it by default")
				}
				before := upgraded.Load()
				use.try(t, through)
				if upgraded.Load() == before {
					t.Errorf("no connection by %s was made", only.protocol)
				}
			})
		}
	}
}

func asksThroughAPort(t *testing.T, ns *namespace) {
	_, url := forwarded(t, ns)
	if s, err := askState(url); err != nil || !s.Leader {
		t.Errorf("%+v, %v", s, err)
	}
}

func runsACommand(t *testing.T, ns *namespace) {
	file := filepath.Join(t.TempDir(), "exec.yaml")
	check := "kubectl:\n  exec:\n    - {leaderElection: {lease: demo-operator}, command: [cat, leader-token], outputContains: valid}\n"
	if err := os.WriteFile(file, []byte(check), 0o644); err != nil {
		t.Fatal(err)
	}
	if p := start(t, ns, "assert", "-f", file, "--timeout=20s"); p.wait(t) != 0 {
		t.Errorf("%s%s", p.stdout, p.stderr)
	}
}

// TestEncodings: what the API server answers in protobuf is the same as in JSON, which is all that
// some proxies and aggregated API servers speak: lists, objects, and the watches that are behind a
// forwarded port.
func TestEncodings(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	ns.holdLease(t, "other", ns.holder(t))
	const protobuf = "application/vnd.kubernetes.protobuf"
	var asked atomic.Int32
	_, inJSON := proxy(t, ns, func(r *http.Request) bool {
		accepted := strings.Split(r.Header.Get("Accept"), ",")
		isProtobuf := func(one string) bool { return strings.HasPrefix(strings.TrimSpace(one), protobuf) }
		if slices.ContainsFunc(accepted, isProtobuf) {
			asked.Add(1)
		}
		r.Header.Set("Accept", cmp.Or(strings.Join(slices.DeleteFunc(accepted, isProtobuf), ","), "application/json"))
		return false
	})
	for _, command := range [][]string{
		{"list", "-o", `jsonpath={range .items[*]}{.lock} {.state} {.holderIdentity} {.pod} {.node} {.rule}{"\n"}{end}`},
		{"holder", "demo-operator", "-o", "jsonpath={.lock} {.state} {.holderIdentity} {.pod} {.node} {.rule}"},
	} {
		words := make([]any, len(command))
		for i, word := range command {
			words[i] = word
		}
		compact, plain := start(t, ns, words...), start(t, inJSON, words...)
		if compact.wait(t) != 0 || plain.wait(t) != 0 || compact.stdout.String() == "" || compact.stdout.String() != plain.stdout.String() {
			t.Errorf("%v: in protobuf\n%s%sin JSON\n%s%s", command, compact.stdout, compact.stderr, plain.stdout, plain.stderr)
		}
	}
	if asked.Load() == 0 {
		t.Error("protobuf was never asked for")
	}
	_, url := forwarded(t, inJSON)
	next := ns.deleteLeader(t)
	if s, err := askState(url); err != nil || s.Pod != next {
		t.Errorf("after a failover %+v answered (%v), want %s", s, err, next)
	}
}

// TestBookmarks: a watch on what does not change goes on from a bookmark after it was ended, and
// not from a version that the API server may have forgotten.
func TestBookmarks(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	ns.holdLease(t, "quiet", ns.holder(t))
	var mu sync.Mutex
	var versions []string
	enough := make(chan struct{})
	_, through := proxy(t, ns, func(r *http.Request) bool {
		query := r.URL.Query()
		if query.Get("watch") == "" || !strings.HasSuffix(r.URL.Path, "/leases") {
			return false
		}
		query.Set("timeoutSeconds", "3") // which brings a bookmark two seconds before
		r.URL.RawQuery = query.Encode()
		mu.Lock()
		defer mu.Unlock()
		if versions = append(versions, query.Get("resourceVersion")); len(versions) == 4 {
			close(enough)
		}
		return false
	})
	p := start(t, through, "watch", "quiet")
	select {
	case <-enough:
	case <-time.After(patience):
		t.Fatalf("a watch does not go on: %q\n%s", versions, p.stderr)
	}
	mu.Lock()
	defer mu.Unlock()
	for i, version := range versions[2:4] { // the first may be without, and the second from its initial events
		if before := versions[i+1]; number(t, version) <= number(t, before) {
			t.Errorf("a watch from %s goes on from %s, and other Leases have changed meanwhile: %q", before, version, versions)
		}
	}
}

// TestTimeOfARenewal: with each renewal the API server notes when it wrote that, which is what a
// lock is judged by.
func TestTimeOfARenewal(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	list, err := ns.client.CoordinationV1().Leases(ns.name).List(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=demo-operator"})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("%d Leases, %v", len(list.Items), err)
	}
	renewals, err := ns.client.CoordinationV1().Leases(ns.name).Watch(t.Context(), metav1.ListOptions{FieldSelector: "metadata.name=demo-operator", ResourceVersion: list.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer renewals.Stop()
	seen := map[time.Time]bool{}
	timeout := time.After(patience)
	for len(seen) < 3 {
		select {
		case event := <-renewals.ResultChan():
			lease, ok := event.Object.(*coordinationv1.Lease)
			if !ok {
				t.Fatalf("%+v", event)
			}
			written := renewalWritten(lease)
			if off := written.Sub(lease.Spec.RenewTime.Time).Abs(); off > 2*time.Second { // of whole seconds
				t.Errorf("renewed at %v, written at %v", lease.Spec.RenewTime, written)
			}
			seen[written] = true
		case <-timeout:
			t.Fatalf("the time of a renewal does not move on: %v", seen)
		}
	}
}

// renewalWritten is when the API server wrote a Lease's renewTime.
func renewalWritten(lease *coordinationv1.Lease) (latest time.Time) {
	for _, entry := range lease.ManagedFields {
		if entry.Time != nil && entry.FieldsV1 != nil && strings.Contains(string(entry.FieldsV1.GetRawBytes()), `"f:renewTime"`) && entry.Time.After(latest) {
			latest = entry.Time.Time
		}
	}
	return latest
}
