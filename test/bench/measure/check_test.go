package measure

import (
	"strings"
	"testing"
)

func TestLeaders(t *testing.T) {
	check := Leaders(map[Lock]string{{"a", "x"}: "pod-1", {"b", "x"}: "pod-2"})
	const header = "NAMESPACE   LOCK   LEADER   NODE\n"
	for name, test := range map[string]struct{ output, want string }{
		"all there":         {header + "a x pod-1 n\nb x pod-2 n\n", ""},
		"other columns":     {"LOCK NAMESPACE NODE LEADER\nx a n pod-1\nx b n pod-2\n", ""},
		"nothing":           {"", "no columns"},
		"no header":         {"a x pod-1 n\nb x pod-2 n\n", "no columns"},
		"a row missing":     {header + "a x pod-1 n\n", "1 of 2 elections have no row, such as b/x"},
		"not resolved":      {header + "a x <none> n\nb x pod-2 n\n", "1 of 2 leaders are wrong, such as a/x: got <none>, want pod-1"},
		"another pod":       {header + "a x pod-1 n\nb x pod-1 n\n", "1 of 2 leaders are wrong, such as b/x: got pod-1, want pod-2"},
		"a heartbeat":       {header + "a x pod-1 n\nb x pod-2 n\nkube-node-lease node-1 node-1 n\n", "1 rows too many for 2 elections"},
		"a row twice":       {header + "a x pod-1 n\nb x pod-2 n\nb x pod-2 n\n", "1 rows too many for 2 elections"},
		"an unfinished one": {header + "a x pod-1 n\nb x\n", "1 of 2 elections have no row"},
	} {
		checkError(t, name, check(strings.NewReader(test.output)), test.want)
	}
}

func TestRows(t *testing.T) {
	for output, want := range map[string]string{
		"NAME\na\nb\n":    "",
		"NAME\na\nb\nc\n": "",
		"NAME\na\n":       "1 rows, want at least 2",
		"":                "0 rows, want at least 2",
	} {
		checkError(t, output, Rows(2)(strings.NewReader(output)), want)
	}
}

func TestCounts(t *testing.T) {
	check := Counts(map[string]int{"a": 2, "b": 1})
	for output, want := range map[string]string{
		"a 2\nb 1\n":      "",
		"c 0\nb 7\na 3\n": "",
		"a 1\nb 1\n":      "1 of 2 counts are too small, such as a: 1, want at least 2",
		"a 2\n":           "1 of 2 counts are too small, such as b: 0, want at least 1",
		"a two\n":         `no count in "a two"`,
	} {
		checkError(t, output, check(strings.NewReader(output)), want)
	}
}

func checkError(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("%s: %v", name, err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("%s: got %v, want %s", name, err, want)
	}
}
