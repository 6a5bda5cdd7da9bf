package runner

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestLogInstance(t *testing.T) {
	for name, test := range map[string]struct {
		state    containerState
		previous bool
		want     string // the id, or the end of the error
	}{
		"running":                    {containerState{current: running(1, "b"), last: lived(0, "a", 1)}, false, "b"},
		"previous of running":        {containerState{current: running(1, "b"), last: lived(0, "a", 1)}, true, "a"},
		"previous of the first":      {containerState{current: running(0, "a")}, true, `previous terminated container "operator" in pod "p-1" not found`},
		"in back-off":                {containerState{current: lived(1, "b", 1), last: lived(0, "a", 1), waiting: true}, false, "b"},
		"previous while in back-off": {containerState{current: lived(1, "b", 1), last: lived(0, "a", 1), waiting: true}, true, "b"},
		"ended for good":             {containerState{current: lived(1, "b", 0), last: lived(0, "a", 1)}, false, "b"},
		"previous of ended for good": {containerState{current: lived(1, "b", 0), last: lived(0, "a", 1)}, true, "a"},
		"not started":                {containerState{}, false, "is waiting to start: ContainerCreating"},
	} {
		object := operatorPod()
		c := &container{pod: &pod{object: object}, spec: &object.Spec.Containers[0], state: test.state}
		one, err := c.logInstance(test.previous)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = one.id
		}
		if !strings.HasSuffix(got, test.want) {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestParseLogQuery(t *testing.T) {
	values, err := url.ParseQuery("follow=true&previous=true&timestamps=true&tailLines=7&limitBytes=9&stream=Stderr&sinceTime=2026-11-20T12:00:00.5Z")
	if err != nil {
		t.Fatal(err)
	}
	query, err := parseLogQuery(values)
	if err != nil {
		t.Fatal(err)
	}
	o := query.options
	if !query.previous || query.stream != "Stderr" || !o.Follow || !o.Timestamp || *o.TailLines != 7 || *o.LimitBytes != 9 {
		t.Errorf("got %+v with %+v", query, o)
	}
	if want := noon.Add(500 * time.Millisecond); !o.Since.Equal(want) {
		t.Errorf("since %s, want %s", o.Since, want)
	}
	for _, bad := range []string{"follow=maybe", "tailLines=x", "limitBytes=1.5", "sinceTime=yesterday", "sinceSeconds=-"} {
		values, _ := url.ParseQuery(bad)
		if _, err := parseLogQuery(values); err == nil {
			t.Errorf("%s: want an error", bad)
		}
	}
}
