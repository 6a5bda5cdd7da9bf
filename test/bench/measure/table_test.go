package measure

import (
	"strings"
	"testing"
	"time"
)

func TestMedianTakesEachFigureByItself(t *testing.T) {
	one, two, three := Usage{3, 10, 500}, Usage{1, 30, 100}, Usage{2, 20, 900}
	if got, want := Median([]Usage{one, two, three}), (Usage{2, 20, 500}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := Median([]Usage{one, two}), (Usage{2, 20, 300}); got != want {
		t.Errorf("of an even number: got %v, want %v", got, want)
	}
}

func TestTable(t *testing.T) {
	ours := Row{"ours", Usage{1200 * time.Millisecond, time.Second, 50 << 20}, 30}
	theirs := Row{"theirs", Usage{2 * time.Second, 4 * time.Second, 100 << 20}, 20}
	var got strings.Builder
	if err := Table(&got, ours, theirs); err != nil {
		t.Fatal(err)
	}
	const want = `COMMAND   WALL     CPU      PEAK MEMORY   REQUESTS
ours      1.200s   1.000s   50.0Mi        30
theirs    2.000s   4.000s   100.0Mi       20
ratio     0.60x    0.25x    0.50x         1.50x
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", &got, want)
	}
}
