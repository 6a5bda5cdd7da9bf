package scenarios

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page is what stands below one heading of a page of docs/, down to the next heading.
type page struct {
	heading string
	text    string
}

// pages takes a page of docs/ apart by its headings.
func pages(t *testing.T, name string) (parts []page) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(shared.bin), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	code := false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "```") {
			code = !code
		}
		if !code && strings.HasPrefix(line, "#") {
			parts = append(parts, page{heading: strings.TrimSpace(strings.TrimLeft(line, "#"))})
			continue
		}
		if len(parts) > 0 {
			parts[len(parts)-1].text += line
		}
	}
	return parts
}

// block is the fenced block of a language, "" if there is none.
func (p page) block(language string) string {
	_, rest, found := strings.Cut(p.text, "```"+language+"\n")
	if !found {
		return ""
	}
	block, _, _ := strings.Cut(rest, "```")
	return block
}

// rows are the cells of the tables, without their headings.
func (p page) rows() (rows [][]string) {
	for line := range strings.SplitSeq(p.text, "\n") {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

var inCode = regexp.MustCompile("`([^`]+)`")

// codes are the parts of a text that are set as code.
func codes(text string) (all []string) {
	for _, found := range inCode.FindAllStringSubmatch(text, -1) {
		all = append(all, found[1])
	}
	return all
}

// TestFilesOfThePage: the plugin takes each file in docs/assert.md, and finds something to assert in it.
func TestFilesOfThePage(t *testing.T) {
	files := 0
	for _, part := range pages(t, "assert.md") {
		for text := part.text; ; files++ {
			_, rest, found := strings.Cut(text, "```yaml\n")
			if !found {
				break
			}
			var file string
			file, text, _ = strings.Cut(rest, "```")
			cmd := exec.Command("kubectl-leader", "assert", "-f", "-", "--dry-run")
			cmd.Stdin = strings.NewReader(file)
			if out, err := cmd.CombinedOutput(); err != nil || !wellFormedChecks.Match(out) {
				t.Errorf("%s: %v\n%s\n%s", part.heading, err, file, out)
			}
		}
	}
	if files < 8 {
		t.Errorf("only %d files are found in the page", files)
	}
}

var wellFormedChecks = regexp.MustCompile(`(?m)^\d+ checks? (is|are) well-formed`)
