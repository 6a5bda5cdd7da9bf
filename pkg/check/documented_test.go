package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/docs/docstest"
)

// TestDocumentedFields: docs/assert.md has all fields of a file, and no others.
func TestDocumentedFields(t *testing.T) {
	page := docstest.Read(t, docstest.Path(t, "docs", "assert.md"))
	common := []string{"leaderElection", "namespace"}
	sections := map[string][]string{"### Fields of a checkpoint": checkpointFields(), "### Fields of every check": common}
	for _, list := range kubectlFields() {
		sections["### Fields of `"+list+"`"] = slices.DeleteFunc(entryFields(list), func(field string) bool {
			return slices.Contains(common, field) || slices.Contains(Operators(), Operator(field))
		})
	}
	for heading, want := range sections {
		var got []string
		for _, row := range docstest.Tables(page, heading) {
			got = append(got, docstest.Codes(row["field"])...)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the page has %q, the code %q", heading, got, want)
		}
	}
}

// TestDocumentedFiles: each file in the page is read by the parser, and its schema takes it.
func TestDocumentedFiles(t *testing.T) {
	blocks := docstest.Blocks(docstest.Read(t, docstest.Path(t, "docs", "assert.md")), "yaml")
	if len(blocks) < 8 {
		t.Fatalf("only %d files are found in the page", len(blocks))
	}
	s := schema(t)
	for _, block := range blocks {
		if _, err := ReadFile("block", strings.NewReader(block), nil); err != nil {
			t.Errorf("%v in\n%s", err, block)
		}
		if err := validate(s, block); err != nil {
			t.Errorf("the schema: %v in\n%s", err, block)
		}
	}
}
