package leader

import (
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// trouble is a failure to watch or to read.
type trouble struct {
	err    error
	denied bool // watching is not allowed, and polling begins
}

// teller reports trouble once, until the server is reached again.
type teller struct {
	notice      func(string)
	outage      *outage   // shared with the tellers of other locks; nil for one alone
	denied      bool      // the denied watch has been told
	troubleFrom time.Time // since when the server has not been reached; zero when it is
}

func (t *teller) tell(what trouble) {
	switch {
	case what.denied && t.denied: // of the pod as well as of the lock: once is enough
	case what.denied:
		t.denied = true
		if t.outage.deny() {
			t.notice(fmt.Sprintf("no access to watch (%v); reading every %s instead", what.err, pollEvery))
		}
	case t.troubleFrom.IsZero():
		t.troubleFrom = time.Now()
		if !t.outage.begin(t.troubleFrom) {
			return // another one has told it
		}
		word := "does not answer"
		if apierrors.IsForbidden(what.err) || apierrors.IsNotFound(what.err) {
			word = "refuses"
		}
		t.notice(fmt.Sprintf("the cluster %s (%v); trying again", word, what.err))
	}
}

// reached ends an outage, if there was one.
func (t *teller) reached() {
	if t.troubleFrom.IsZero() {
		return
	}
	if began, over := t.outage.end(t.troubleFrom); over {
		t.notice(fmt.Sprintf("the cluster answers again after %s", Age(time.Since(began))))
	}
	t.troubleFrom = time.Time{}
}
