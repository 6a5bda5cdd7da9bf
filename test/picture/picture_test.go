package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestScreen(t *testing.T) {
	got := Screen("\x1b[1m$ \x1b[0mkubectl\x1b[39m   \n\n\x1b[32m\u2713\x1b[39m 2s \x1b[2mof \x1b[38;5;9m5\n6\x1b[0m 7\nbeyond\n", 4)
	want := []Row{
		{{"$ ", Style{Bold: true}}, {"kubectl", Style{}}},
		nil,
		{{"✓", Style{Colour: 3}}, {" 2s ", Style{}}, {"of ", Style{Dim: true}}, {"5", Style{Dim: true, Colour: 10}}},
		{{"6", Style{Dim: true, Colour: 10}}, {" 7", Style{}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want[0].Columns() != 9 || got[2].Columns() != 9 {
		t.Errorf("%d and %d columns, want 9", want[0].Columns(), got[2].Columns())
	}
}

func plain(texts ...string) (rows []Row) {
	for _, text := range texts {
		rows = append(rows, trimmed(Row{{text, Style{}}}))
	}
	return rows
}

func TestTimeline(t *testing.T) {
	began := time.Now()
	at := func(ms int) time.Time { return began.Add(time.Duration(ms) * time.Millisecond) }
	line := &Timeline{Panes: []Pane{{"one", 20, 2}}}
	line.See(0, plain("", ""), at(0))
	line.See(0, plain("a", ""), at(100))
	line.See(0, plain("a", "b<c"), at(200))
	line.See(0, plain("a", "d"), at(10_200)) // nobody waits for that
	pieces, end := line.all(time.Second)
	type shown struct {
		text     string
		from, to time.Duration
	}
	var got []shown
	for _, p := range pieces {
		got = append(got, shown{p.row[0].Text, p.from, p.to})
	}
	want := []shown{
		{"b<c", 200 * time.Millisecond, 1700 * time.Millisecond}, {"a", 100 * time.Millisecond, 2700 * time.Millisecond},
		{"d", 1700 * time.Millisecond, 2700 * time.Millisecond},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(shown{})); diff != "" || end != 2700*time.Millisecond {
		t.Errorf("ends at %v: %s", end, diff)
	}
	var out bytes.Buffer
	if err := line.Write(&out); err != nil {
		t.Fatal(err)
	}
	harmless(t, out.String())
	for _, text := range []string{">b&lt;c</text>", `class="a z" style="animation-name:k2"`} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("%s lacks %s", &out, text)
		}
	}
}

// harmless checks that a page may show the picture: text alone, of a decent size, with nothing that is fetched or run.
func harmless(t *testing.T, svg string) {
	t.Helper()
	if len(svg) > 200_000 {
		t.Errorf("it has %d bytes, 200 kB are enough", len(svg))
	}
	for _, word := range []string{"href", "url(", "@import", "@font-face", "onload"} {
		if strings.Contains(svg, word) {
			t.Errorf("it has %q", word)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if element, ok := token.(xml.StartElement); ok && !strings.Contains(" svg style rect path text tspan ", " "+element.Name.Local+" ") {
			t.Errorf("it has an element %s", element.Name.Local)
		}
	}
}

// TestPictureOfTheReadme: it tells the story of a failover to its end.
func TestPictureOfTheReadme(t *testing.T) {
	svg, err := os.ReadFile(filepath.Join("..", "..", "docs", "failover.svg"))
	if err != nil {
		t.Fatal(err)
	}
	harmless(t, string(svg))
	for _, text := range []string{"kubectl leader watch", "acquired", "gap ", "leads now (after", "2 passed"} {
		if !strings.Contains(string(svg), text) {
			t.Errorf("the picture does not show %q", text)
		}
	}
}
