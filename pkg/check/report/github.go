package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// github is the log of a job of GitHub Actions: a line per check, and an annotation for each that does not hold and for the
// summary (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
var github = lineFormat{
	headings: true,
	check:    entry.writeGitHub,
	end: func(out *bytes.Buffer, summary string) {
		out.WriteString(command("notice", summary, "title", "kubectl leader assert"))
	},
}

func (e entry) writeGitHub(out *bytes.Buffer, _ int) {
	put(out, words[e.answer]+e.headline())
	if details := e.details(); len(details) > 0 {
		out.WriteString(command("error", strings.Join(details, "\n"), annotated(e)...))
	}
	// Too long for an annotation.
	for _, line := range e.log() {
		put(out, strings.Repeat(" ", len(words[e.answer]))+line)
	}
}

// annotated are the properties of a check's annotation: GitHub shows it at the line of the check's file.
func annotated(e entry) (properties []string) {
	if source := e.Spec.Source; source.File != "" && source.File != "stdin" {
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
