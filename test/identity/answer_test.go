package identity

import "testing"

func TestAnswerIsOneLine(t *testing.T) {
	a := Answer{State: "Held", Reason: "NodeOnly", Message: "line one\nline two", Node: "n", Candidates: []Place{{"ns", "a"}, {"ns", "b"}}}
	if got, want := a.String(), "Held, NodeOnly, node n, candidates ns/a ns/b: line one line two"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
