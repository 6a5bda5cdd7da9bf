package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tap is version 13 of the Test Anything Protocol (https://testanything.org/tap-version-13-specification.html), which harnesses
// of version 14 read as well, while those of version 13 refuse 14.
var tap = lineFormat{
	begin: func(out *bytes.Buffer, checks int) { fmt.Fprintf(out, "TAP version 13\n1..%d\n", checks) },
	check: entry.writeTAP,
	end:   func(out *bytes.Buffer, summary string) { fmt.Fprintf(out, "# %s\n", summary) },
}

// A backslash keeps a # from being read as the beginning of a directive.
var inDescription = strings.NewReplacer(`\`, `\\`, "#", `\#`)

func (e entry) writeTAP(out *bytes.Buffer, number int) {
	result := "ok"
	if e.answer == failed || e.answer == undecided {
		result = "not ok"
	}
	description := oneLine(e.Spec.String())
	if e.Checkpoint != "" {
		description = oneLine(e.Checkpoint) + ": " + description
	}
	fmt.Fprintf(out, "%s %d - %s", result, number, inDescription.Replace(description))
	if e.answer == skipped {
		fmt.Fprintf(out, " # SKIP %s\n", e.Skipped)
		return
	}
	out.WriteString("\n  ---\n")
	e.diagnose(out)
	out.WriteString("  ...\n")
}

// diagnose writes YAML that also harnesses read which know a part of it alone. Texts are in double quotes on one line: YAML has
// Go's escapes, and no text can end the block.
func (e entry) diagnose(out *bytes.Buffer) {
	field := func(name, text string) {
		if text != "" {
			fmt.Fprintf(out, "  %s: %s\n", name, quote(text))
		}
	}
	switch e.answer {
	case failed:
		field("message", e.message())
		field("severity", "fail")
	case undecided:
		field("message", e.Err.Error())
		field("severity", "error")
	}
	e.diagnoseResults(out)
	field("lock", e.lock().String())
	field("state", string(e.Status.State))
	if !e.Status.Led() {
		field("reason", string(e.Status.Reason))
	}
	if pod := e.Status.Pod; pod != nil {
		field("pod", pod.Namespace+"/"+pod.Name)
	}
	record := e.Status.Lock.Record
	field("holderIdentity", record.Holder)
	if !record.Acquired.IsZero() {
		field("acquireTime", record.Acquired.UTC().Format(time.RFC3339Nano))
	}
	fmt.Fprintf(out, "  attempts: %d\n  discarded: %d\n  seconds: %.3f\n", e.Attempts, e.Discarded, e.took().Seconds())
	field("at", e.Spec.Source.String())
	if len(e.LastLines) > 0 {
		out.WriteString("  lastLines:\n")
		for _, line := range e.LastLines {
			fmt.Fprintf(out, "    - %s\n", quote(strings.TrimRight(line, "\r\n")))
		}
	}
}

// quote escapes as Go does, which YAML reads.
func quote(text string) string {
	return strings.ReplaceAll(strconv.Quote(clip(text)), oldCommand, `#\x23[`)
}

func (e entry) diagnoseResults(out *bytes.Buffer) {
	if e.answer != failed {
		return
	}
	out.WriteString("  results:\n")
	for _, result := range e.results() {
		if !result.Holds {
			fmt.Fprintf(out, "    - wanted: %s\n      got: %s\n", quote(result.Wanted), quote(result.Got))
		}
	}
}
