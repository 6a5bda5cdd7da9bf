package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
)

func TestJournalNumbersEveryLineOnce(t *testing.T) {
	var out strings.Builder
	j := newJournal(&out)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			for i := range 100 {
				j.printf("line %d", i)
			}
		})
	}
	group.Wait()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1000 {
		t.Fatalf("want 1000 lines, got %d", len(lines))
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, fmt.Sprintf("seq=%d line ", i+1)) {
			t.Fatalf("line %d is %q", i+1, line)
		}
	}
}

func TestNextCount(t *testing.T) {
	for before, want := range map[string]int64{"": 1, "41": 42, "junk": 1} {
		ledger := &corev1.ConfigMap{Data: map[string]string{"n": before}}
		if before == "" {
			ledger.Data = nil
		}
		if got := nextCount(ledger, "p-1"); got != want || ledger.Data["n"] != fmt.Sprint(want) || ledger.Data["by"] != "p-1" {
			t.Errorf("after %q: got %d and %v, want %d", before, got, ledger.Data, want)
		}
	}
}

func TestOptions(t *testing.T) {
	parse := func(env map[string]string, args ...string) (*options, error) {
		o := defaultOptions(func(name string) string { return env[name] })
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		o.addFlags(flags)
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		return o, o.complete()
	}
	env := map[string]string{"POD_NAME": "p-1", "POD_NAMESPACE": "demo"}
	o, err := parse(env, "--listen=:9090")
	if err != nil || o.listen != ":9090" || o.leaseNamespace != "demo" {
		t.Errorf("want the flag's address and the pod's namespace, got %+v, %v", o, err)
	}
	env["LISTEN_ADDR"] = "127.0.0.1:20001"
	o, err = parse(env, "--listen=:9090", "--lease-namespace=locks")
	if err != nil || o.listen != "127.0.0.1:20001" || o.leaseNamespace != "locks" {
		t.Errorf("want LISTEN_ADDR to win and the flag's namespace, got %+v, %v", o, err)
	}
	if _, err := parse(env, "--reconcile-every=0s"); err == nil {
		t.Error("want an error for a pause of 0s")
	}
	delete(env, "POD_NAME")
	if _, err := parse(env); err == nil {
		t.Error("want an error without POD_NAME")
	}
}

func TestIdentityIsHostAndUUID(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for override, want := range map[string]string{"": host, "p-1": "p-1"} {
		o := options{leaseName: "op", leaseNamespace: "demo", renewDeadline: time.Second, hostname: override}
		lock, err := o.newLock(&rest.Config{})
		if err != nil {
			t.Fatal(err)
		}
		got, id, _ := strings.Cut(lock.Identity(), "_")
		if got != want || len(id) != 36 || lock.Describe() != "demo/op" {
			t.Errorf("got %q of %s, want %s_<uuid> of demo/op", lock.Identity(), lock.Describe(), want)
		}
	}
	if run := newRunID(); len(run) != 8 || strings.Trim(run, "0123456789abcdef") != "" {
		t.Errorf("got run %q, want 8 hexadecimal digits", run)
	}
}

func TestToken(t *testing.T) {
	t.Chdir(t.TempDir())
	o := &operator{options: options{pod: "p-1"}}
	for _, want := range []string{"invalid\n", "valid p-1\n", "invalid\n"} {
		if err := o.writeToken(want == "valid p-1\n"); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile("leader-token"); err != nil || string(got) != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestServer(t *testing.T) {
	var log strings.Builder
	o := &operator{options: options{pod: "p-1", namespace: "demo"}, journal: newJournal(&log), run: "0a0b0c0d"}
	routes := o.routes()
	ask := func(method, url string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		routes.ServeHTTP(answer, httptest.NewRequest(method, url, nil))
		return answer
	}
	if got := ask("GET", "/state").Body.String(); !strings.Contains(got, `"state":"pending","leader":false,"pod":"p-1"`) {
		t.Errorf("follower: %s", got)
	}
	o.leading.Store(true)
	if got := ask("GET", "/state").Body.String(); !strings.Contains(got, `"state":"healthy","leader":true`) {
		t.Errorf("leader: %s", got)
	}
	if got := ask("GET", "/bulk?bytes=300000"); got.Body.Len() != 300000 || got.Header().Get("Content-Length") != "300000" {
		t.Errorf("bulk: %d bytes, headers %v", got.Body.Len(), got.Header())
	}
	if got := ask("GET", "/drip?every=1ns&count=2").Body.String(); got != "drip 1/2\ndrip 2/2\n" {
		t.Errorf("drip: %q", got)
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("go", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := ask("GET", "/await").Body.String(); got != "go p-1\n" {
		t.Errorf("await: %q", got)
	}
	if _, err := os.Stat("asked"); err != nil {
		t.Errorf("await does not tell that it was asked: %v", err)
	}
	ask("POST", "/burst?lines=2")
	if want := "seq=1 burst 1/2 pod=p-1 run=0a0b0c0d\nseq=2 burst 2/2 pod=p-1 run=0a0b0c0d\n"; log.String() != want {
		t.Errorf("burst: %q", log.String())
	}
	if got := ask("GET", "/metrics").Body.String(); !strings.Contains(got, "demo_operator_reconciles_total 0") {
		t.Errorf("metrics lack the counter:\n%s", got)
	}
	for _, bad := range []string{"GET /bulk?bytes=-1", "GET /drip?every=0s", "GET /drip?count=x", "POST /burst?lines=0", "POST /hang?for=x"} {
		method, url, _ := strings.Cut(bad, " ")
		if got := ask(method, url); got.Code != http.StatusBadRequest {
			t.Errorf("%s: code %d, want 400", bad, got.Code)
		}
	}
	if got := ask("GET", "/crash"); got.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET /crash: code %d, want 405", got.Code)
	}
}
