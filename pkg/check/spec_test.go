package check

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

func assertion(t *testing.T, operator Operator, operands ...string) Assertion {
	t.Helper()
	a, err := NewAssertion(operator, operands...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func jq(t *testing.T, program string) *Extractor {
	t.Helper()
	e, err := CompileJQ(program)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func status(t *testing.T, texts ...string) Status {
	t.Helper()
	s, err := ParseStatus(texts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEvaluate(t *testing.T) {
	get := func(s Status) *HTTP { return &HTTP{Port: "8080", Path: "/state", Status: s} }
	healthy, pending := []byte(`{"state":"healthy"}`), []byte(`{"state":"pending"}`)
	equals := []Assertion{assertion(t, Equals, "healthy")}
	lacks := []Assertion{assertion(t, OutputNotContains, "FATAL")}
	for _, test := range []struct {
		name     string
		spec     Spec
		evidence Evidence
		want     string // the message, "" where it holds
	}{
		{"holds", Spec{HTTP: get(Status{}), Extractor: jq(t, "state"), Assertions: equals}, Evidence{Output: healthy, Status: 200}, ""},
		{"does not hold", Spec{HTTP: get(Status{}), Extractor: jq(t, "state"), Assertions: equals}, Evidence{Output: pending, Status: 200},
			`wanted jq state equals "healthy", got "pending"`},
		{"an assertion that holds makes do with any status", Spec{HTTP: get(Status{}), Extractor: jq(t, "state"), Assertions: equals}, Evidence{Output: healthy, Status: 503}, ""},
		{"a status explains", Spec{HTTP: get(Status{}), Assertions: equals}, Evidence{Output: []byte("404 page not found\n"), Status: 404},
			`wanted output equals "healthy", got "404 page not found" (status 404)`},
		{"an error page lacks things, too", Spec{HTTP: get(Status{}), Assertions: lacks}, Evidence{Output: []byte("no such page"), Status: 404},
			"wanted status 2xx, got status 404"},
		{"unless that is wanted", Spec{HTTP: get(status(t, "404")), Assertions: lacks}, Evidence{Output: []byte("no such page"), Status: 404}, ""},
		{"nothing asserted but that it answers", Spec{HTTP: get(Status{})}, Evidence{Status: 204}, ""},
		{"nothing asserted, and an error", Spec{HTTP: get(Status{})}, Evidence{Status: 500}, "wanted status 2xx, got status 500"},
		{"status and body", Spec{HTTP: get(status(t, "200", "2xx,404")), Assertions: equals}, Evidence{Output: pending, Status: 503},
			`wanted status 200 or 2xx or 404, got status 503; wanted output equals "healthy", got "{\"state\":\"pending\"}"`},
		{"not JSON yet", Spec{HTTP: get(Status{}), Extractor: jq(t, "state"), Assertions: equals}, Evidence{Output: []byte("starting"), Status: 503},
			`wanted jq state equals "healthy", got "starting": jq state: the output is not JSON: invalid character 's' looking for beginning of value (status 503)`},
		{"not a number", Spec{HTTP: get(Status{}), Assertions: []Assertion{assertion(t, GreaterThan, "1")}}, Evidence{Output: []byte("many"), Status: 200},
			`wanted output > 1, got "many": it is not a number`},
		{"all that fails is told", Spec{Logs: &Logs{}, Assertions: []Assertion{assertion(t, OutputContains, "acquired"), lacks[0]}}, Evidence{Output: []byte("FATAL: x\n")},
			`wanted output contains "acquired", got "FATAL: x"; wanted output does not contain "FATAL", got "FATAL: x\n"`},
		{"logs line by line", Spec{Logs: &Logs{}, Extractor: jq(t, "msg"), Assertions: []Assertion{assertion(t, OutputContains, "acquired")}},
			Evidence{Output: []byte("plain\n{\"msg\":\"starting\"}\n{\"msg\":\"acquired\"}\n")}, ""},
		{"exit code", Spec{Exec: &Exec{Command: []string{"true"}}}, Evidence{ExitCode: 0}, ""},
		{"another exit code", Spec{Exec: &Exec{Command: []string{"false"}, ExitCode: 1}}, Evidence{ExitCode: 0}, "wanted exit code 1, got exit code 0"},
		{"the output counts only with the exit code", Spec{Exec: &Exec{Command: []string{"cat"}}, Assertions: lacks}, Evidence{ExitCode: 1}, "wanted exit code 0, got exit code 1"},
		{"no output to judge", Spec{Conditions: &Conditions{}}, Evidence{}, "there is no output to judge"},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdict := test.spec.Evaluate(t.Context(), test.evidence)
			if got := verdict.Message(); got != test.want || verdict.Holds != (test.want == "") {
				t.Errorf("%v: %s\nwant %s", verdict.Holds, got, test.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	lock := election.Ref{Name: "x"}
	get := HTTP{Port: "8080", Path: "/"}
	with := func(change func(*HTTP)) *HTTP {
		h := get
		change(&h)
		return &h
	}
	lines := int64(-2)
	some := []Assertion{assertion(t, Equals, "1")}
	for _, test := range []struct {
		spec Spec
		want string // "" where it is valid
	}{
		{Spec{Lock: lock, HTTP: &get}, ""},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "metrics" })}, ""},
		{Spec{Lock: lock, Conditions: &Conditions{}}, ""},
		{Spec{Lock: lock, Conditions: &Conditions{Released: true, StableFor: time.Second}}, ""},
		{Spec{Lock: lock, Delete: &Delete{}}, ""},
		{Spec{Lock: lock, Exec: &Exec{Command: []string{"true"}}}, ""},
		{Spec{HTTP: &get}, "lock is missing"},
		{Spec{Lock: lock}, "a check is about one of"},
		{Spec{Lock: lock, HTTP: &get, Logs: &Logs{}}, "a check is about one of"},
		{Spec{Lock: lock, Namespace: "No Such", HTTP: &get}, "namespace \"No Such\" cannot be the name of a namespace"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "" })}, "port is missing"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "70000" })}, "port has to be between 1 and 65535, not 70000"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "8080:80" })}, "port is the leader's alone"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "No_Name" })}, "port \"No_Name\" is no number and no name of a port"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Port = "080" })}, "port \"080\" is no number"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Path = "" })}, "path is missing"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Path = "http://elsewhere/" })}, "path has to begin with a slash"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Path = "/a b" })}, "path \"/a b\" is no path of a URL"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Path = "/\r\nX: y" })}, "is no path of a URL"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Scheme = "ftp" })}, "scheme is http or https, not \"ftp\""},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Method = "GET /" })}, "method \"GET /\" is no HTTP method"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Body = "x" })}, "body does not go with GET: give a method like POST"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Headers = map[string][]string{"A b": {"c"}} })}, "headers have a name that HTTP does not allow"},
		{Spec{Lock: lock, HTTP: with(func(h *HTTP) { h.Headers = map[string][]string{"A": {"b\nsecret"}} })}, "headers have a line break or another control character in the value of A"},
		{Spec{Lock: lock, HTTP: &get, Extractor: jq(t, "a")}, "jq takes a value out of which nothing is asserted"},
		{Spec{Lock: lock, HTTP: &get, Assertions: []Assertion{{Operator: Regex, Operands: []string{"("}}}}, "regex is not a regular expression"},
		{Spec{Lock: lock, HTTP: &get, Assertions: []Assertion{some[0], assertion(t, NotEquals, "1")}}, "notEquals contradicts equals: nothing equals \"1\" and does not equal \"1\""},
		{Spec{Lock: lock, Logs: &Logs{}}, "these logs assert nothing"},
		{Spec{Lock: lock, Logs: &Logs{Since: 1, SinceAcquired: true}, Assertions: some}, "sinceAcquired contradicts since"},
		{Spec{Lock: lock, Logs: &Logs{Previous: true, SinceAcquired: true}, Assertions: some}, "previous contradicts sinceAcquired"},
		{Spec{Lock: lock, Logs: &Logs{AllContainers: true, Container: "a"}, Assertions: some}, "allContainers contradicts container"},
		{Spec{Lock: lock, Logs: &Logs{Tail: &lines}, Assertions: some}, "tail has to be a number of lines"},
		{Spec{Lock: lock, Logs: &Logs{Container: "A"}, Assertions: some}, "container \"A\" cannot be the name of a container"},
		{Spec{Lock: lock, Exec: &Exec{}}, "command is missing"},
		{Spec{Lock: lock, Exec: &Exec{Command: []string{"x"}, ExitCode: 256}}, "exitCode is a number from 0 to 255"},
		{Spec{Lock: lock, Delete: &Delete{}, Assertions: some}, "equals compares an output, and this check has none"},
		{Spec{Lock: lock, Conditions: &Conditions{}, Extractor: jq(t, "a")}, "jq takes a value out of an output, and this check has none"},
		{Spec{Lock: lock, Conditions: &Conditions{Released: true, Missing: true}}, "missing contradicts released"},
		{Spec{Lock: lock, Conditions: &Conditions{Released: true, Holder: "a"}}, "holder contradicts released"},
		{Spec{Lock: lock, Conditions: &Conditions{Missing: true, PodReady: true}}, "podReady contradicts missing"},
		{Spec{Lock: lock, Conditions: &Conditions{Holder: "a", HolderNot: "a"}}, "holderNot contradicts holder"},
		{Spec{Lock: lock, Conditions: &Conditions{Holder: "a", ChangedFrom: "a"}}, "changedFrom contradicts holder"},
		{Spec{Lock: lock, Conditions: &Conditions{TermAfter: "op-0"}}, "termAfter wants a term as holder -o json prints it, like term-0123456789abcdef01234567"},
		{Spec{Lock: lock, Conditions: &Conditions{Released: true, TermAfter: "term-0123456789abcdef01234567"}}, "termAfter contradicts released"},
		{Spec{Lock: lock, Conditions: &Conditions{StableFor: -1}}, "stableFor has to be more than 0"},
	} {
		err := test.spec.Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.spec, err, test.want)
		}
	}
}

func TestTransitions(t *testing.T) {
	for text, holds := range map[string][]int32{ // of 0 to 4
		"3": {3}, "= 3": {3}, "==3": {3}, "!= 3": {0, 1, 2, 4}, "<3": {0, 1, 2}, "<= 3": {0, 1, 2, 3}, "> 3": {4}, " >=3 ": {3, 4},
		"greaterThan 3": {4}, "between 1,2": {1, 2}, "notBetween 1,2": {0, 3, 4},
	} {
		a, err := ParseTransitions(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []int32
		for n := range int32(5) {
			if (Conditions{Transitions: &a}).TransitionsHold(n) {
				got = append(got, n)
			}
		}
		if len(got) != len(holds) || got[0] != holds[0] {
			t.Errorf("%s holds for %v, want %v", text, got, holds)
		}
	}
	for _, text := range []string{"", "x", "-1", "> -1", "1.5", ">", "contains 3", "outputContains 3", "oneOf 1", "3 4", "regex 3"} {
		if _, err := ParseTransitions(text); err == nil {
			t.Errorf("%q is taken for a count of transitions", text)
		}
	}
}

func TestStatus(t *testing.T) {
	for _, bad := range []string{"", "20", "2000", "600", "099", "2x", "x00", "200-299", "OK", "200,,404", "-20"} {
		if s, err := ParseStatus(bad); err == nil {
			t.Errorf("%q is taken for %s", bad, s)
		}
	}
	s := status(t, "2XX", "404")
	for code, want := range map[int]bool{199: false, 200: true, 299: true, 300: false, 404: true, 405: false} {
		if s.Contains(code) != want {
			t.Errorf("%s contains %d: %v", s, code, !want)
		}
	}
}

func TestSpecInWords(t *testing.T) {
	transitions, err := ParseTransitions(">= 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		spec Spec
		want string
	}{
		{Spec{HTTP: &HTTP{Port: "8080", Path: "/state"}, Extractor: jq(t, "state"), Assertions: []Assertion{assertion(t, Equals, "healthy")}}, `GET 8080/state: jq state equals "healthy"`},
		{Spec{HTTP: &HTTP{Port: "api", Path: "/", Scheme: "https", Method: "POST", Body: "secret"}}, "POST https:api/: status 2xx"},
		{Spec{Logs: &Logs{Container: "op"}, Assertions: []Assertion{assertion(t, OutputContains, "x"), assertion(t, OutputNotContains, "y")}}, `logs of op: output contains "x", output does not contain "y"`},
		{Spec{Exec: &Exec{Command: []string{"cat", "/tmp/x"}}}, "exec cat /tmp/x: exit code 0"},
		{Spec{Delete: &Delete{}}, "delete the leader"},
		{Spec{Conditions: &Conditions{}}, "lock held"},
		{Spec{Conditions: &Conditions{Missing: true}}, "lock missing"},
		{Spec{Conditions: &Conditions{ChangedFrom: "op-0", Transitions: &transitions, RenewedWithin: 15 * time.Second, StableFor: 10 * time.Second, PodReady: true}},
			`lock held, no longer by "op-0", transitions >= 1, renewed within 15s, stable for 10s, pod ready`},
	} {
		if got := test.spec.String(); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}
