package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
	"unicode"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/safetext"
)

// The elements that Jenkins, GitLab, GitHub's and other viewers have in common, in the order of their schema. There is none
// that all agree on; https://github.com/testmoapp/junitxml tells what is read where.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCount
		Suites []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCount
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCount struct {
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Errors   int    `xml:"errors,attr"`
		Skipped  int    `xml:"skipped,attr"`
		Time     string `xml:"time,attr"`
	}
	junitCase struct {
		// ClassName and Name together are how viewers know a case again in the next run.
		ClassName  string           `xml:"classname,attr"`
		Name       string           `xml:"name,attr"`
		Time       string           `xml:"time,attr"`
		File       string           `xml:"file,attr,omitempty"`
		Line       int              `xml:"line,attr,omitempty"`
		Properties *junitProperties `xml:"properties"`
		Skipped    *junitDetails    `xml:"skipped"`
		Error      *junitDetails    `xml:"error"`
		Failure    *junitDetails    `xml:"failure"`
	}
	junitProperties struct {
		List []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitDetails struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
)

func writeJUnit(out *bytes.Buffer, r check.Report) error {
	list := groups(r)
	root := junitSuites{Name: "kubectl leader assert", junitCount: junitCountOf(list, r.Ended.Sub(r.Began))}
	for i, group := range list {
		root.Suites = append(root.Suites, group.junit(i+1, len(list)))
	}
	var made bytes.Buffer
	encoder := xml.NewEncoder(&made)
	encoder.Indent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s%s\n", xml.Header, bytes.ReplaceAll(made.Bytes(), []byte(oldCommand), []byte("#&#35;[")))
	return nil
}

func (g group) junit(number, of int) junitSuite {
	name := g.name
	switch {
	case name == "" && of == 1:
		name = "assert"
	case name == "":
		name = fmt.Sprintf("checkpoint %d", number)
	}
	var began, ended time.Time
	suite := junitSuite{Name: xmlText(name)}
	for _, entry := range g.entries {
		if began.IsZero() || entry.Began.Before(began) {
			began = entry.Began
		}
		if entry.Ended.After(ended) {
			ended = entry.Ended
		}
		suite.Cases = append(suite.Cases, entry.junit(name))
	}
	suite.junitCount = junitCountOf([]group{g}, ended.Sub(began))
	if !began.IsZero() {
		suite.Timestamp = began.UTC().Format("2006-01-02T15:04:05")
	}
	return suite
}

func (e entry) junit(suite string) junitCase {
	source := e.Spec.Source
	made := junitCase{
		ClassName: xmlText(suite + "." + e.lock().Arg()), Name: xmlText(e.Spec.String()), Time: junitTime(e.took()),
		File: xmlText(source.File), Line: source.Line,
	}
	if properties := e.junitProperties(); len(properties) > 0 {
		made.Properties = &junitProperties{properties}
	}
	details := &junitDetails{Message: xmlText(clip(e.message()))}
	for _, line := range append(e.details(), e.log()...) {
		details.Text += inert(line) + "\n"
	}
	switch e.answer {
	case failed:
		details.Type = "failed"
		made.Failure = details
	case undecided:
		details.Type = "undecided"
		made.Error = details
	case skipped:
		made.Skipped = &junitDetails{Message: e.Skipped}
	}
	return made
}

// junitProperties name the term of every verdict, that of a check that holds, too.
func (e entry) junitProperties() (list []junitProperty) {
	add := func(name, value string) {
		if value != "" {
			list = append(list, junitProperty{name, xmlText(value)})
		}
	}
	if e.answer == skipped {
		return nil
	}
	add("lock", e.lock().String())
	add("state", string(e.Status.State))
	add("reason", string(e.Status.Reason))
	if pod := e.Status.Pod; pod != nil {
		add("pod", pod.Namespace+"/"+pod.Name)
		add("node", pod.Spec.NodeName)
	}
	if record := e.Status.Lock.Record; record.Holder != "" {
		add("holderIdentity", record.Holder)
		if !record.Acquired.IsZero() {
			add("acquireTime", record.Acquired.UTC().Format(time.RFC3339Nano))
		}
		add("leaseTransitions", fmt.Sprint(record.Transitions))
	}
	add("attempts", fmt.Sprint(e.Attempts))
	add("discarded", fmt.Sprint(e.Discarded))
	return list
}

func junitCountOf(list []group, took time.Duration) junitCount {
	c := countOf(list)
	return junitCount{Tests: c.all(), Failures: c[failed], Errors: c[undecided], Skipped: c[skipped], Time: junitTime(took)}
}

func junitTime(d time.Duration) string { return fmt.Sprintf("%.3f", max(0, d).Seconds()) }

// xmlText escapes what XML 1.0 forbids, which encoding/xml would replace, and with it what would steer a terminal or reverse
// the text in a viewer.
func xmlText(text string) string {
	return safetext.Keeping(text, func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsPrint(r) })
}
