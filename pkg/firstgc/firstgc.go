// Package firstgc puts off the first garbage collection. Go collects when the heap reaches 4 MiB, which this program does
// while its packages are being initialised: a command that asks twice and prints a name would spend a quarter of its time
// on marking what it keeps anyway.
//
// Go initialises packages by their paths as soon as those that they import are ready, so this one, which imports next to
// nothing, comes before those of Kubernetes.
package firstgc

import (
	"runtime"
	"runtime/debug"
)

const (
	usual = 100
	// first is in percent of Go's least heap: 16 MiB, which holder and its like never reach.
	first = 4 * usual
)

var _ = putOff()

// putOff leaves alone what the user asked for with GOGC. From the first collection on all is as usual.
func putOff() int {
	before := debug.SetGCPercent(first)
	if before != usual {
		return debug.SetGCPercent(before)
	}
	runtime.AddCleanup(new(mark), func(percent int) { debug.SetGCPercent(percent) }, usual)
	return before
}

// mark is gone with the first collection. It has a pointer, as tiny objects without live as long as their neighbours.
type mark struct{ _ *byte }
