package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

func writeJSON(out *bytes.Buffer, r check.Report) error {
	var made bytes.Buffer
	encoder := json.NewEncoder(&made)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(objectOf(r)); err != nil {
		return err
	}
	// JSON lets some through that a terminal obeys (DEL, C1) or that reverses what follows; all of it is in strings.
	for _, char := range strings.ReplaceAll(made.String(), oldCommand, `#\u0023[`) {
		if char == '\n' || unicode.IsPrint(char) {
			out.WriteRune(char)
			continue
		}
		for _, unit := range utf16.Encode([]rune{char}) {
			fmt.Fprintf(out, `\u%04x`, unit)
		}
	}
	return nil
}

func objectOf(r check.Report) Object {
	list := groups(r)
	c := countOf(list)
	object := Object{
		APIVersion: "leader.kubectl/v1", Kind: "AssertReport", Holds: r.Holds(),
		Began: moment(r.Began), Ended: moment(r.Ended), Seconds: secondsOf(r.Ended.Sub(r.Began)),
		Passed: c[passed], Failed: c[failed], Undecided: c[undecided],
		Checkpoints: []CheckpointObject{},
	}
	for _, group := range list {
		checkpoint := CheckpointObject{Name: group.name, Holds: true}
		for _, entry := range group.entries {
			if entry.answer == skipped {
				object.Skipped = append(object.Skipped, SkippedObject{group.name, entry.Skipped, entry.question()})
				continue
			}
			checkpoint.Holds = checkpoint.Holds && entry.Holds
			checkpoint.Checks = append(checkpoint.Checks, entry.object())
		}
		if len(checkpoint.Checks) > 0 {
			object.Checkpoints = append(object.Checkpoints, checkpoint)
		}
	}
	return object
}

func (e entry) question() QuestionObject {
	lock := e.lock()
	question := QuestionObject{
		Kind: string(e.Spec.Kind()), Check: e.Spec.String(),
		Lock: LockObject{Kind: lock.KindName(), Namespace: lock.Namespace, Name: lock.Name, Key: lock.Key},
	}
	if source := e.Spec.Source; source.File != "" {
		question.Source = &SourceObject{source.File, source.Line}
	}
	return question
}

func (e entry) object() CheckObject {
	object := CheckObject{
		QuestionObject: e.question(), Holds: e.Holds && e.Err == nil, Results: []ResultObject{},
		State: string(e.Status.State), Term: e.termObject(),
		Attempts: e.Attempts, Discarded: e.Discarded, Began: moment(e.Began), Seconds: secondsOf(e.took()), LastLines: e.LastLines,
	}
	if e.Err != nil {
		object.Error = e.Err.Error()
	}
	for _, result := range e.results() {
		object.Results = append(object.Results, ResultObject(result))
	}
	if e.judged() && !e.Status.Led() {
		object.Reason, object.Message = string(e.Status.Reason), e.Status.Message()
	}
	return object
}

func (e entry) termObject() *TermObject {
	if !e.Status.Lock.Exists {
		return nil
	}
	record := e.Status.Lock.Record
	term := &TermObject{HolderIdentity: record.Holder, AcquireTime: moment(record.Acquired), LeaseTransitions: record.Transitions}
	if pod := e.Status.Pod; pod != nil {
		term.Pod, term.Namespace, term.Node = pod.Name, pod.Namespace, pod.Spec.NodeName
	}
	return term
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(metav1.RFC3339Micro)
}

func secondsOf(d time.Duration) float64 { return max(0, d).Round(time.Millisecond).Seconds() }
