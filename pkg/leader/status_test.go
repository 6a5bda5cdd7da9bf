package leader

import (
	"testing"
	"time"
)

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1499 * time.Microsecond: "1ms", 1900 * time.Millisecond: "1s", 47*time.Hour + 59*time.Minute: "47h59m0s",
		48 * time.Hour: "2d", 326*24*time.Hour + time.Hour: "326d",
	} {
		if got := Age(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}
