package cli

import (
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/printers"
)

// TestTableIsKubectls: where nothing is folded or coloured, a table is what kubectl's own writer makes of the rows.
func TestTableIsKubectls(t *testing.T) {
	parts := [][][]string{
		{{"LOCK", "A", "STATE"}, {"op", "1", "Held"}, {"größe", "", "Expired"}},
		{{"a-longer-name", "2", "Held"}},
		{{"op", "3", "Held"}, {"x", "a longer one", ""}},
	}
	var want, got strings.Builder
	writer, table := printers.GetNewTabWriter(&want), newTable(&got, false)
	for _, part := range parts {
		for _, row := range part {
			if _, err := writer.Write([]byte(strings.Join(row, "\t") + "\n")); err != nil {
				t.Fatal(err)
			}
			table.row(texts(row...)...)
		}
		if err := writer.Flush(); err != nil {
			t.Fatal(err)
		}
		if err := table.flush(); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("printed\n%s\nkubectl prints\n%s", &got, &want)
		}
	}
}

func TestTableIsFoldedAtItsColumns(t *testing.T) {
	const row = "LOCK            STATE   NODE     TRANSITIONS"
	for columns, want := range map[int]string{
		0:        row + "\ndemo-operator   Held    node-1   0\n",
		len(row): row + "\ndemo-operator   Held    node-1   0\n",
		40:       "LOCK            STATE   NODE\n    TRANSITIONS\ndemo-operator   Held    node-1\n    0\n",
		30:       "LOCK            STATE   NODE\n    TRANSITIONS\ndemo-operator   Held    node-1\n    0\n",
		29:       "LOCK            STATE\n    NODE     TRANSITIONS\ndemo-operator   Held\n    node-1   0\n",
		10:       "LOCK\n    STATE\n    NODE\n    TRANSITIONS\ndemo-operator\n    Held\n    node-1\n    0\n",
	} {
		var got strings.Builder
		table := &table{out: &got, columns: columns}
		table.row(texts("LOCK", "STATE", "NODE", "TRANSITIONS")...)
		table.row(texts("demo-operator", "Held", "node-1", "0")...)
		if err := table.flush(); err != nil || got.String() != want {
			t.Errorf("%d columns: %v\n%s\nwant\n%s", columns, err, &got, want)
		}
	}
}

// TestTheOnlyRowThatDoesNotFit has its headings beside its values, and as much between them as there is room for.
func TestTheOnlyRowThatDoesNotFit(t *testing.T) {
	const asTable = "LOCK            STATE   IDENTITY\ndemo-operator   Held    demo-operator-0_9c2f\n"
	for columns, want := range map[int]string{
		0:  asTable,
		44: asTable,
		43: "LOCK       demo-operator\nSTATE      Held\nIDENTITY   demo-operator-0_9c2f\n",
		29: "LOCK     demo-operator\nSTATE    Held\nIDENTITY demo-operator-0_9c2f\n",
		28: "LOCK       demo-operator\nSTATE      Held\nIDENTITY\n    demo-operator-0_9c2f\n",
	} {
		var got strings.Builder
		table := &table{out: &got, columns: columns}
		table.row(texts("LOCK", "STATE", "IDENTITY")...)
		table.row(texts("demo-operator", "Held", "demo-operator-0_9c2f")...)
		if err := table.flushRecord(); err != nil || got.String() != want {
			t.Errorf("%d columns: %v\n%s\nwant\n%s", columns, err, &got, want)
		}
	}
}

func TestColoursTakeNoColumns(t *testing.T) {
	var got strings.Builder
	table := newTable(&got, true)
	table.row(texts("STATE", "NODE")...)
	table.row(tableCell{"Expired", red}, tableCell{"node-1", plain})
	table.row(tableCell{"Held", green}, tableCell{"node-2", plain})
	const want = "STATE     NODE\n\x1b[31mExpired\x1b[0m   node-1\n\x1b[32mHeld\x1b[0m      node-2\n"
	if err := table.flush(); err != nil || got.String() != want {
		t.Errorf("%v\n%q, want\n%q", err, &got, want)
	}
}
