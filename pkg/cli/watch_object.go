package cli

import (
	"encoding/json"
	"io"
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// eventObjects prints one JSON object per line. docs/output.md documents the fields.
type eventObjects struct{ out io.Writer }

// eventObject is one event. What is not known is left out.
type eventObject struct {
	APIVersion  string         `json:"apiVersion"`
	Kind        string         `json:"kind"`
	Time        string         `json:"time"`
	Type        string         `json:"type"`
	Lock        map[string]any `json:"lock"`
	State       string         `json:"state"`
	Reason      string         `json:"reason,omitempty"`
	Message     string         `json:"message,omitempty"`
	Before      *partyObject   `json:"before,omitempty"`
	After       *partyObject   `json:"after,omitempty"`
	GapSeconds  *float64       `json:"gapSeconds,omitempty"`
	GapAtMost   *float64       `json:"gapAtMostSeconds,omitempty"`
	Transitions *int32         `json:"transitions,omitempty"`
	AcquireTime string         `json:"acquireTime,omitempty"`
	RenewTime   string         `json:"renewTime,omitempty"`
}

type partyObject struct {
	HolderIdentity string         `json:"holderIdentity"`
	Pod            map[string]any `json:"pod,omitempty"`
}

// initial is the type of the objects that tell what there is in the beginning.
const initial = "Initial"

func (p eventObjects) opening(c *leader.Change) error {
	who := leader.Party{Holder: c.Lock.Record.Holder, Pod: c.Pod}
	return p.print(newEventObject(initial, c.Seen, c.Status, leader.Party{}, who))
}

func (p eventObjects) event(e leader.Event) error {
	object := newEventObject(string(e.Type), e.Time, e.Status, e.Before, e.After)
	switch {
	case e.Measured:
		object.GapSeconds = inSeconds(e.Gap)
	case e.AtMost > 0:
		object.GapAtMost = inSeconds(e.AtMost)
	}
	return p.print(object)
}

func newEventObject(what string, at time.Time, s leader.Status, before, after leader.Party) *eventObject {
	object := &eventObject{
		APIVersion: objectVersion, Kind: "LeaderEvent", Time: moment(at), Type: what, Lock: lockObject(s),
		State: string(s.State), Before: newPartyObject(before), After: newPartyObject(after),
	}
	if !s.Led() {
		object.Reason, object.Message = string(s.Reason), s.Message()
	}
	if record := s.Lock.Record; s.Lock.Exists {
		object.Transitions = &record.Transitions
		object.AcquireTime, object.RenewTime = moment(record.Acquired), moment(record.Renewed)
	}
	return object
}

func newPartyObject(p leader.Party) *partyObject {
	if p.Holder == "" {
		return nil
	}
	object := &partyObject{HolderIdentity: p.Holder}
	if p.Pod != nil {
		object.Pod = podObject(p.Pod)
	}
	return object
}

// summary is the last object.
func (p eventObjects) summary(watched time.Duration, events int, locks []lockSummary) error {
	type lock struct {
		Lock              map[string]any `json:"lock"`
		State             string         `json:"state"`
		Terms             int            `json:"terms"`
		HeldSeconds       *float64       `json:"heldSeconds"`
		MeanHeldSeconds   *float64       `json:"meanHeldSeconds,omitempty"`
		LongestGapSeconds *float64       `json:"longestGapSeconds"`
		LongestAtMost     *float64       `json:"longestGapAtMostSeconds,omitempty"`
		GapOpen           bool           `json:"gapOpen"`
	}
	object := struct {
		APIVersion     string   `json:"apiVersion"`
		Kind           string   `json:"kind"`
		Time           string   `json:"time"`
		WatchedSeconds *float64 `json:"watchedSeconds"`
		Events         int      `json:"events"`
		Locks          []lock   `json:"locks"`
	}{objectVersion, "LeaderSummary", moment(time.Now()), inSeconds(watched), events, []lock{}}
	for _, l := range locks {
		item := lock{
			Lock: refObject(l.ref), State: string(l.state), Terms: l.Terms, HeldSeconds: inSeconds(l.Led),
			LongestGapSeconds: inSeconds(l.LongestGap), GapOpen: l.Open,
		}
		if l.LongestAtMost > l.LongestGap {
			item.LongestAtMost = inSeconds(l.LongestAtMost)
		}
		if l.Terms > 0 {
			item.MeanHeldSeconds = inSeconds(l.MeanHeld())
		}
		object.Locks = append(object.Locks, item)
	}
	return p.print(object)
}

func (p eventObjects) print(object any) error { return json.NewEncoder(p.out).Encode(object) }

// moment is "" for the zero time.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(metav1.RFC3339Micro)
}

// inSeconds is a duration to the millisecond.
func inSeconds(d time.Duration) *float64 {
	s := math.Round(d.Seconds()*1000) / 1000
	return &s
}
