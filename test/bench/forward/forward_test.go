package forward

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	var all []time.Duration
	for i := range 300 {
		all = append(all, time.Duration(300-i)) // 1 to 300
	}
	for hundredths, want := range map[int]time.Duration{99: 297, 50: 150, 100: 300} {
		if got := percentile(all, hundredths); got != want {
			t.Errorf("p%d is %d, want %d", hundredths, got, want)
		}
	}
	if got := percentile([]time.Duration{7}, 99); got != 7 {
		t.Errorf("of one it is %d", got)
	}
}
