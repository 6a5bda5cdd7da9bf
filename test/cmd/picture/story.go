package main

import (
	"strings"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/picture"
)

// The terminals, from top to bottom.
const (
	watch = iota
	forward
	shell
)

var panes = []picture.Pane{
	watch:   {Title: "what happens to the leadership", Columns: 104, Rows: 7},
	forward: {Title: "a port of whoever leads", Columns: 104, Rows: 9},
	shell:   {Title: "a shell", Columns: 104, Rows: 16},
}

const state = "curl -s localhost:8080/state | jq -c '{state, leader, pod}'"

// play is the story: who leads, a port of it, its end, and who leads next.
func play(s *stage) error {
	s.run(watch, "kubectl leader watch demo-operator", "leads for")
	s.run(forward, "kubectl leader port-forward demo-operator 8080", " leads")
	old := strings.TrimSpace(s.ask("kubectl leader holder demo-operator"))
	s.ask(state)
	s.pause(time.Second)
	s.ask("kubectl delete pod " + old + " --wait=false")
	s.ask(state)
	s.until(forward, "leads now")
	s.until(watch, "gap ")
	s.pause(time.Second)
	s.ask("kubectl leader assert demo-operator --changed-from=" + old + " \\\n  --stable-for=2s --port=8080 --path=/state --jq=state --equals=healthy")
	s.pause(time.Second)
	return s.err
}
