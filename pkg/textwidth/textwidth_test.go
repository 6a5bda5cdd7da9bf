package textwidth

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, test := range []struct {
		line    string
		columns int
		want    []string
	}{
		{"", 10, []string{""}},
		{"it fits in", 10, []string{"it fits in"}},
		{"it does not fit", 10, []string{"it does", "  not fit"}},
		{"  indented already", 10, []string{"  indented", "  already"}},
		{"columns    of a table", 10, []string{"columns", "  of a", "  table"}},
		{"averylongword that does not", 8, []string{"averylongword", "  that", "  does", "  not"}},
		{"averylongword", 8, []string{"averylongword"}},
		{"領導 領導 領導", 10, []string{"領導 領導", "  領導"}},
		{"\x1b[32mit\x1b[0m does not fit", 11, []string{"\x1b[32mit\x1b[0m does not", "  fit"}},
		{"ends in a blank ", 15, []string{"ends in a blank"}},
	} {
		if got := Fold(test.line, test.columns, "  "); !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, want %q", test.line, got, test.want)
		}
	}
}

func TestOf(t *testing.T) {
	for text, want := range map[string]int{"": 0, "op-0": 4, "größe": 5, "領導者": 6, "\x1b[32mok\x1b[0m": 2, "\x1b[": 0} {
		if got := Of(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("a few words, and averylongone", 9)
	f.Fuzz(func(t *testing.T, line string, columns int) {
		if columns < 3 || columns > 1000 {
			return
		}
		if got, want := strings.Fields(strings.Join(Fold(line, columns, "  "), " ")), strings.Fields(line); !slices.Equal(got, want) {
			t.Errorf("%q in %d columns: %q", line, columns, got)
		}
	})
}
