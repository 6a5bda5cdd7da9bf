package tail

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// TestOutage loses the connection after each line in turn: what is printed is what is printed
// without an outage. The log that the first reading leaves out is of the same seconds as what it
// prints.
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
		for cut := 1; cut < len(test.want)/2; cut++ { // before the first line, only an estimate tells where the reading began
			t.Run(fmt.Sprintf("%s, cut after %d lines", test.name, cut), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					node := newNode(log)
					node.cut = cut
					if got := node.follow(t, test.options, opened); got != test.want {
						t.Errorf("printed %q, want %q", got, test.want)
					}
				})
			})
		}
	}
}

// TestOutageWhileTheContainerRestarts restarts a container that cannot be read. What is left of the
// first instance is printed once the node answers again.
func TestOutageWhileTheContainerRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := []entry{{500 * time.Millisecond, "a\n"}, {800 * time.Millisecond, "b\n"}}
		node := newNode(first)
		node.cut = 1
		time.AfterFunc(time.Second, func() { node.restart(1, first, []entry{{2 * time.Second, "c\n"}}) })
		if got, want := node.follow(t, Options{}, 0), "a\nb\nc\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	})
}

// TestRestartsBetweenVisits restarts a container twice before it is read again. The run in between
// ends in the middle of a line.
func TestRestartsBetweenVisits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := newNode([]entry{{0, "a\n"}})
		node.ended = true
		time.AfterFunc(500*time.Millisecond, func() { node.run(corev1.ContainerStatus{ContainerID: "first"}) })
		time.AfterFunc(1500*time.Millisecond, func() {
			node.restart(2, []entry{{1200 * time.Millisecond, "b"}}, []entry{{1400 * time.Millisecond, "c\n"}})
		})
		if got, want := node.follow(t, Options{}, 0), "a\nb\nc\n"; got != want {
			t.Errorf("printed %q, want %q", got, want)
		}
	})
}
