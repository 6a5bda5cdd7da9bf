package check

import (
	"context"
	"strings"
	"testing"
	"time"
)

const state = `{"state":"healthy","leader":true,"queue":{"depth":9007199254740993},"metadata":{"name":"op-0"},"length":7,
"items":[{"x":1},{"x":2}],"none":null,"my-key":"quoted"}`

func TestJQ(t *testing.T) {
	for _, test := range []struct{ program, evidence, want string }{
		{"state", state, `"healthy"`},
		{".state", state, `"healthy"`},
		{" state ", state, `"healthy"`},
		{"metadata.name", state, `"op-0"`},
		{"items[0].x", state, "1"},
		{"items[-1].x", state, "2"},
		{"items[].x", state, `"1\n2"`},
		{"[.items[].x]", state, "[1,2]"},
		{`.["my-key"]`, state, `"quoted"`},
		{`metadata["name"]`, state, `"op-0"`},
		{"queue.depth", state, "9007199254740993"},
		{"length", state, "7"},
		{". | length", state, "8"},
		{"items | length", state, "2"},
		{"leader", state, "true"},
		{"none", state, "null"},
		{"missing.deeper", state, "null"},
		{"missing?", state, "null"},
		{"empty | .x", state, "an empty output"},
		{".items[] | select(.x > 2)", state, "an empty output"},
		{"select(.leader) | .state", state, `"healthy"`},
		{"if .leader then 1 else 0 end", state, "1"},
		{".", `"text"`, `"text"`},
		{".a", `{"a":1} {"a":2}`, `"1\n2"`},
		{".a", "{\"a\":1.50}", "1.50"},
		{`.state | ascii_upcase`, state, `"HEALTHY"`},
	} {
		e, err := CompileJQ(test.program)
		if err != nil {
			t.Errorf("%s: %v", test.program, err)
			continue
		}
		value, err := e.Extract(t.Context(), []byte(test.evidence))
		if err != nil || value.String() != test.want {
			t.Errorf("%s: %s, %v, want %s", test.program, value, err, test.want)
		}
	}
}

// TestJQNeverHeals: what can never work is found before anything runs.
func TestJQNeverHeals(t *testing.T) {
	for program, want := range map[string]string{
		"":                           "is empty",
		".a |":                       "is not a jq program",
		".a | nosuch":                "function not defined: nosuch/0",
		"my-key":                     `a name with a hyphen is quoted: .["my-key"]`,
		".my-key":                    `a name with a hyphen is quoted: .["my-key"]`,
		"$ENV.HOME":                  "reads the environment",
		"env | .HOME":                "reads the environment",
		".a | debug":                 "function not defined: debug/0",
		"$undefined":                 "variable not defined",
		". | input":                  "is not a jq program",
		"[inputs]":                   "is not a jq program",
		`import "a" as a; .`:         "is not a jq program",
		`include "a"; .`:             "is not a jq program",
		`import "a" as $a; $a`:       "is not a jq program",
		strings.Repeat("[", 100_000): "is longer than",
	} {
		if _, err := CompileJQ(program); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", program, err, want)
		}
		if _, err := CompileYQ(program); err == nil {
			t.Errorf("%.40s is taken for YAML", program)
		}
	}
}

// TestJQMayHeal: the next evidence may do better.
func TestJQMayHeal(t *testing.T) {
	for _, test := range []struct{ program, evidence, want string }{
		{"state", "", "jq state: the output is empty, not JSON"},
		{"state", "upstream connect error", "jq state: the output is not JSON: invalid character 'u'"},
		{"state", `{"state":`, "the output is not JSON: unexpected EOF"},
		{"state", `{"state":1} trailing`, "the output is not JSON"},
		{"state", `"pending"`, "expected an object"},
		{".items[]", `{"items":null}`, "cannot iterate over: null"},
		{`error("boom")`, `{}`, "boom"},
		{". | halt", `{}`, "halt"},
		{`{} | halt_error`, `{}`, "halt"},
		{"range(20000)", `{}`, "more than 10000 results"},
		{`state`, strings.Repeat("[", 20_000), "not JSON"},
	} {
		e, err := CompileJQ(test.program)
		if err != nil {
			t.Errorf("%s: %v", test.program, err)
			continue
		}
		if value, err := e.Extract(t.Context(), []byte(test.evidence)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s of %.40s: %s, %v, want %q", test.program, test.evidence, value, err, test.want)
		}
	}
}

// TestJQEndsInTime runs programs that have no end.
func TestJQEndsInTime(t *testing.T) {
	for _, program := range []string{"last(repeat(1))", "def f: f; f", "[limit(3; repeat(empty))]", "until(false; .)", "first(range(0; infinite) | select(. < 0))"} {
		e, err := CompileJQ(program)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begin := time.Now()
		_, err = e.Extract(ctx, []byte("0"))
		cancel()
		if err == nil || !strings.Contains(err.Error(), "did not end in time") {
			t.Errorf("%s: %v", program, err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s took %s", program, took)
		}
	}
}

// TestJQEndsByItself: a program that collects without end is stopped before it has all memory.
func TestJQEndsByItself(t *testing.T) {
	e, err := CompileJQ("until(false; .)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Extract(t.Context(), []byte("0")); err == nil || !strings.Contains(err.Error(), "did not end in time") {
		t.Errorf("%v", err)
	}
}

func TestJQOfLogLines(t *testing.T) {
	log := `I0104 10:00:00 starting
{"level":"info","msg":"acquired leader lock"}
2026-01-04 text that begins with a number
{"level":"error","msg":"lost
{"level":"warn","msg":"slow"}
[broken

`
	for _, test := range []struct{ program, log, want string }{
		{"level", log, `"info\nwarn"`},
		{`select(.level=="error") | .msg`, log, "an empty output"},
		{`select(.level=="warn") | .msg`, log, `"slow"`},
		{"level", "no JSON at all\n", "jq level: no line of the log is JSON"},
		{"level", "", "jq level: no line of the log is JSON"},
		{"level.deeper", log, "jq level.deeper: expected an object"},
	} {
		e, err := CompileJQ(test.program)
		if err != nil {
			t.Fatal(err)
		}
		value, err := e.ExtractLines(t.Context(), []byte(test.log))
		got := value.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s, want %s", test.program, got, test.want)
		}
	}
}

func TestYQ(t *testing.T) {
	for _, test := range []struct{ program, evidence, want string }{
		{".data.maxConnections", "data:\n  maxConnections: 100\n", "100"},
		{"data.maxConnections", "data:\n  maxConnections: \"100\"\n", `"100"`},
		{"a", `{"a": "JSON is YAML"}`, `"JSON is YAML"`},
		{"a", "a: 1\n---\na: 2\n", `"1\n2"`},
		{"a", "a: |\n  one\n  ---\n  two\n", `"one\n---\ntwo"`},
		{"b.x", "a: &a {x: 1}\nb: *a\n", "1"},
		{"b", "a: 1\n", "null"},
		{".[0]", "- yes\n", "true"},
		{"a", "", "yq a: the output is empty, not YAML"},
		{"a", "a: [", "yq a: the output is not YAML: "},
		{"a", "a: *b", "yq a: the output is not YAML: unknown anchor"},
		{"a", "just text", "yq a: expected an object"},
		{"a", bomb(), "yq a: the output is not YAML that JSON can express: document contains excessive aliasing"},
	} {
		e, err := CompileYQ(test.program)
		if err != nil {
			t.Fatal(err)
		}
		value, err := e.Extract(t.Context(), []byte(test.evidence))
		got := value.String()
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) {
			t.Errorf("%s of %.40q: %s, want %s", test.program, test.evidence, got, test.want)
		}
	}
}

// bomb is a few lines of YAML that stand for billions.
func bomb() string {
	text := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 10; i++ {
		before, now := string(rune('0'+i-1)), string(rune('0'+i))
		text += "a" + now + ": &a" + now + " [" + strings.TrimSuffix(strings.Repeat("*a"+before+",", 9), ",") + "]\n"
	}
	return text
}

const metrics = `# HELP demo_operator_is_leader Whether this is the leader.
# TYPE demo_operator_is_leader gauge
demo_operator_is_leader 1
# TYPE reconcile_total counter
reconcile_total{controller="app",result="success"} 1e+06
reconcile_total{controller="app",result="error"} 0
reconcile_total{controller="web",result="success"} 3.5 1767520800000
up{le="text"} 1
temperature NaN
limit{kind="open\"files\n"} +Inf
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.10"} 1
latency_seconds_bucket{le="1.0"} 5
latency_seconds_bucket{le="+Inf"} 7
latency_seconds_sum 2.5
latency_seconds_count 7
# TYPE gc_seconds summary
gc_seconds{quantile="0.5"} 0.25
gc_seconds_sum 10
gc_seconds_count 4
{"http.requests",code="200"} 12
`

func TestMetric(t *testing.T) {
	for selector, want := range map[string]string{
		"demo_operator_is_leader":                                 "1",
		" demo_operator_is_leader { } ":                           "1",
		`reconcile_total{controller="app",result="success"}`:      "1000000",
		`reconcile_total{controller="app",result!="success",}`:    "0",
		`reconcile_total{controller=~"w.b"}`:                      "3.5",
		`reconcile_total{controller=~"we"}`:                       "nothing",
		`reconcile_total{controller!~"app|x"}`:                    "3.5",
		`reconcile_total{controller='web',shard=""}`:              "3.5",
		"reconcile_total{controller=`web`}":                       "3.5",
		`{__name__="demo_operator_is_leader"}`:                    "1",
		"temperature":                                             "NaN",
		`limit{kind="open\"files\n"}`:                             "+Inf",
		`latency_seconds_bucket{le="0.1"}`:                        "1",
		`latency_seconds_bucket{le="1.0"}`:                        "5",
		`latency_seconds_bucket{le="+Inf"}`:                       "7",
		"latency_seconds_sum":                                     "2.5",
		"latency_seconds_count":                                   "7",
		`gc_seconds{quantile="0.50"}`:                             "0.25",
		"gc_seconds_count":                                        "4",
		`{"http.requests",code="200"}`:                            "12",
		"latency_seconds":                                         "nothing",
		"demo_operator_is_leade":                                  "nothing",
		`demo_operator_is_leader{pod="x"}`:                        "nothing",
		`reconcile_total{controller="app",result=~"s.*",x!="y"}`:  "1000000",
		`reconcile_total`:                                         `metric reconcile_total: it chooses 3 samples, and its labels have to leave one: reconcile_total{controller="app", result="error"}, reconcile_total{controller="app", result="success"}, reconcile_total{controller="web", result="success"}`,
		`latency_seconds_bucket`:                                  `metric latency_seconds_bucket: it chooses 3 samples`,
		`reconcile_total{controller="app",controller=~".*",x=""}`: `metric reconcile_total{controller="app",controller=~".*",x=""}: it chooses 2 samples`,
	} {
		e, err := CompileMetric(selector)
		if err != nil {
			t.Errorf("%s: %v", selector, err)
			continue
		}
		value, err := e.Extract(t.Context(), []byte(metrics))
		got := value.String()
		if err != nil {
			got = err.Error()
		}
		if err == nil && got != want || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", selector, got, want)
		}
	}
}

func TestMetricOfSomethingElse(t *testing.T) {
	e, err := CompileMetric("up")
	if err != nil {
		t.Fatal(err)
	}
	for _, evidence := range []string{"<html>", `{"up":1}`, "up one\n", "up{ 1\n"} {
		if value, err := e.Extract(t.Context(), []byte(evidence)); err == nil || !strings.Contains(err.Error(), "metric up: the output is not metrics") {
			t.Errorf("%s: %s, %v", evidence, value, err)
		}
	}
	if value, err := e.Extract(t.Context(), nil); err != nil || value.form != absent {
		t.Errorf("no metrics at all: %s, %v", value, err)
	}
}

func TestMetricNeverHeals(t *testing.T) {
	for selector, want := range map[string]string{
		"":                 "wants the name of a metric at byte 1",
		"{}":               "wants the name of a metric at byte 3",
		"9up":              "does not understand what begins at byte 1",
		"up down":          "does not understand what begins at byte 4",
		"up{":              "wants the name of a label at byte 4",
		"up{a}":            "wants =, !=, =~ or !~ at byte 5",
		"up{a==\"x\"}":     "wants a text in quotes at byte 6",
		"up{a=x}":          "wants a text in quotes at byte 6",
		`up{a="x}`:         "wants the end of the text in quotes that begins at byte 6",
		`up{a="\q"}`:       "wants a text in quotes with escapes of Go at byte 6",
		`up{a="x" b="y"}`:  "wants , or } at byte 10",
		`up{a=~"("}`:       `wants a regular expression of RE2, not "(", at byte 10`,
		`up{a="x"} > 1`:    "does not understand what begins at byte 11",
		`up{__name__="x"}`: "wants one metric",
		`up{,}`:            "wants the name of a label",
		"sum(up)":          "does not understand what begins at byte 4",
	} {
		if _, err := CompileMetric(selector); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", selector, err, want)
		}
	}
}

// FuzzMetricSelector: no selector is a panic, and one that compiles can be used.
func FuzzMetricSelector(f *testing.F) {
	for _, selector := range []string{"up", `up{a="x",b!~'y',}`, "{\"a b\"}", "up{a=`x`}", `{__name__="x"}`, `up{le="1.0"}`, `u{a="\`, "up{a=\"\\xff\"}"} {
		f.Add(selector)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := CompileMetric(text)
		if err != nil {
			return
		}
		if _, err := e.Extract(t.Context(), []byte(metrics)); err != nil && !strings.Contains(err.Error(), "samples") {
			t.Errorf("%q: %v", text, err)
		}
	})
}
