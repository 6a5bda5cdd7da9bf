package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// writeGitHub writes the log of a job of GitHub Actions: a line per check, and an annotation for each that does not hold and
// for the summary (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
func writeGitHub(out *bytes.Buffer, r check.Report) error {
	list := groups(r)
	for i, group := range list {
		writeHeading(out, list, i)
		for _, entry := range group.entries {
			put(out, words[entry.answer]+entry.headline())
			if details := entry.details(); len(details) > 0 {
				out.WriteString(command("error", strings.Join(details, "\n"), annotated(entry)...))
			}
			// Too long for an annotation.
			for _, line := range entry.log() {
				put(out, strings.Repeat(" ", len(words[entry.answer]))+line)
			}
		}
	}
	out.WriteString(command("notice", summary(r, list), "title", "kubectl leader assert"))
	return nil
}

// annotated are the properties of a check's annotation: GitHub shows it at the line of the check's file.
func annotated(e entry) (properties []string) {
	if source := e.Spec.Source; source.File != "" && source.File != "-" {
		properties = append(properties, "file", oneLine(filepath.ToSlash(source.File)))
		if source.Line > 0 {
			properties = append(properties, "line", strconv.Itoa(source.Line))
		}
	}
	title := oneLine(e.Spec.String())
	if e.Checkpoint != "" {
		title = oneLine(e.Checkpoint) + ": " + title
	}
	return append(properties, "title", title)
}

var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// command is a line that the runner obeys. Properties are names and values in turn.
func command(name, message string, properties ...string) string {
	var set []string
	for i := 0; i+1 < len(properties); i += 2 {
		set = append(set, properties[i]+"="+inProperty.Replace(properties[i+1]))
	}
	line := fmt.Sprintf("::%s %s::%s\n", name, strings.Join(set, ","), inMessage.Replace(message))
	return strings.ReplaceAll(line, oldCommand, `##\[`)
}
