package leader

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// trouble is a failure to watch or to read.
type trouble struct {
	err    error
	denied bool // watching is not allowed, and polling begins
}

// teller reports trouble once, until the server is reached again, and what is denied once for all.
type teller struct {
	notice      func(string)
	outage      *outage   // shared with the tellers of other locks; nil for one alone
	denied      []string  // of these denials has been told
	troubleFrom time.Time // since when the server has not been reached; zero when it is
}

func (t *teller) tell(what trouble) {
	switch {
	case what.denied: // of the pod as well as of the lock: once is enough
		if t.firstDenial("watch") {
			t.notice(fmt.Sprintf("no access to watch %s (to allow it, grant the verbs list and watch); reading every %s instead", resourceOf(what.err), pollEvery))
		}
	case apierrors.IsForbidden(what.err): // an answer: what else may be read goes on being read
		if t.firstDenial(resourceOf(what.err)) {
			t.notice(fmt.Sprintf("the cluster refuses (%v); trying again", what.err))
		}
	case t.troubleFrom.IsZero():
		t.troubleFrom = time.Now()
		if !t.outage.begin(t.troubleFrom) {
			return // another one has told it
		}
		word := "does not answer"
		if apierrors.IsNotFound(what.err) {
			word = "refuses"
		}
		t.notice(fmt.Sprintf("the cluster %s (%v); trying again", word, withoutURL(what.err)))
	}
}

// firstDenial reports that nothing has been told yet of a denial of this kind.
func (t *teller) firstDenial(kind string) bool {
	if slices.Contains(t.denied, kind) {
		return false
	}
	t.denied = append(t.denied, kind)
	return t.outage.deny(kind)
}

// resourceOf is what a denial is about: leases.coordination.k8s.io.
func resourceOf(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil || status.Status().Details.Kind == "" {
		return "the lock and its pod"
	}
	details := status.Status().Details
	return schema.GroupResource{Group: details.Group, Resource: details.Kind}.String()
}

// withoutURL leaves out which of many requests it was: the server does not answer any of them.
func withoutURL(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
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
