package measure

import (
	"strings"
	"testing"
	"time"
)

func TestMedianTakesEachFigureByItself(t *testing.T) {
	one, two, three := Usage{Wall: 3, CPU: 10, Peak: 500}, Usage{Wall: 1, CPU: 30, Peak: 100}, Usage{Wall: 2, CPU: 20, Peak: 900}
	if got, want := Median([]Usage{one, two, three}), (Usage{Wall: 2, CPU: 20, Peak: 500}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := Median([]Usage{one, two}), (Usage{Wall: 2, CPU: 20, Peak: 300}); got != want {
		t.Errorf("of an even number: got %v, want %v", got, want)
	}
}

func TestTable(t *testing.T) {
	ours := Row{"ours", Usage{Wall: 1200 * time.Millisecond, CPU: time.Second, Peak: 50 << 20}, 30}
	theirs := Row{"theirs", Usage{Wall: 2 * time.Second, CPU: 4 * time.Second, Peak: 100 << 20}, 20}
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
