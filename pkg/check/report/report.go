// Package report tells what came of checks: to people, as text or as a checklist that fills in on a terminal, and to CI
// systems in their own formats. It reaches no cluster and judges nothing.
//
// Text from a cluster (identities, answers, logs) cannot steer what reads a report: a terminal, an XML parser, a TAP harness
// or the runner of GitHub, which obeys commands in any line of a log.
package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// Format is how a report is written.
type Format string

// The formats.
const (
	Text   Format = "text"   // a line per check, and under each that fails what is known of it
	JSON   Format = "json"   // one object; see Object
	JUnit  Format = "junit"  // XML that CI systems show as test results
	TAP    Format = "tap"    // the Test Anything Protocol, version 13
	GitHub Format = "github" // annotations of GitHub Actions, within a readable log
)

// Formats lists the formats, in the order of the documentation.
func Formats() []Format { return []Format{Text, JSON, JUnit, TAP, GitHub} }

// Write writes a report in one piece. The error is the writer's, or names the formats that there are.
func Write(format Format, w io.Writer, r check.Report) error {
	if lines, ok := lineFormats(false)[format]; ok {
		return newLines(w, lines, headed(r), len(r.Outcomes)).End(r)
	}
	write, known := map[Format]func(*bytes.Buffer, check.Report) error{JSON: writeJSON, JUnit: writeJUnit}[format]
	if !known {
		return fmt.Errorf("%q is no format of a report: %s", string(format), formatNames())
	}
	var out bytes.Buffer
	if err := write(&out, r); err != nil {
		return err
	}
	_, err := w.Write(out.Bytes())
	return err
}

func formatNames() string {
	names := make([]string, 0, len(Formats()))
	for _, format := range slices.Sorted(slices.Values(Formats())) {
		names = append(names, string(format))
	}
	return strings.Join(names, ", ")
}
