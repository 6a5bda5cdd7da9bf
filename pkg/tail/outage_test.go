package tail

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader/leadertest"
)

// TestOutage loses the connection after each line in turn: what is printed is what is printed without an outage. The log
// that the first reading leaves out is of the same seconds as what it prints.
func TestOutage(t *testing.T) {
	const ms = time.Millisecond
	log := []entry{
		{9200 * ms, "a\n"}, {9400 * ms, "b\n"}, {9700 * ms, "c\n"}, {9950 * ms, "d\n"}, {10800 * ms, "e\n"},
		{10950 * ms, "f\n"}, {12 * time.Second, "g\n"}, {20 * time.Second, "h\n"},
	}
	const opened = 10900 * ms
	half := time.Date(2000, 1, 1, 0, 0, 9, 500_000_000, time.UTC) // a bubble begins with the year
	for _, test := range []struct {
		name    string
		options Options
		want    string
	}{
		{"all", Options{}, "a\nb\nc\nd\ne\nf\ng\nh\n"},
		{"--tail=0", Options{Tail: ptr.To[int64](0)}, "f\ng\nh\n"},
		{"--tail=1", Options{Tail: ptr.To[int64](1)}, "e\nf\ng\nh\n"},
		{"--tail=3", Options{Tail: ptr.To[int64](3)}, "c\nd\ne\nf\ng\nh\n"},
		{"--since=1s", Options{Since: time.Second}, "d\ne\nf\ng\nh\n"},
		{"--since=1s --tail=1", Options{Since: time.Second, Tail: ptr.To[int64](1)}, "e\nf\ng\nh\n"},
		{"--since-time with a fraction", Options{SinceTime: &metav1.Time{Time: half}}, "a\nb\nc\nd\ne\nf\ng\nh\n"},
	} {
		for cut := 1; cut <= len(test.want)/2; cut++ { // before the first line, only an estimate tells where the reading began
			t.Run(fmt.Sprintf("%s, cut after %d lines", test.name, cut), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					node := &node{current: log, cut: cut}
					if got := node.follow(t, leadertest.New(), test.options, opened); got != test.want {
						t.Errorf("printed %q, want %q", got, test.want)
					}
				})
			})
		}
	}
}
