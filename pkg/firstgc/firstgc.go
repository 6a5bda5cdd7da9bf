// Package firstgc puts off the first garbage collection. Go collects when the heap reaches 4 MiB, which this program does
// while its packages are being initialised: a command that asks twice and prints a name would spend a quarter of its time
// on marking what it keeps anyway.
//
// Go initialises packages by their paths as soon as those that they import are ready, so this one, which imports next to
// nothing, comes before those of Kubernetes.
package firstgc

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

const (
	usual = 100
	// first is in percent of Go's least heap: 16 MiB, which holder and its like never reach.
	first = 4 * usual
)

var (
	off    = putOff()
	then   atomic.Int32 // percent, from the first collection on; 0 for the usual
	passed atomic.Bool
)

// putOff leaves alone what the user asked for with GOGC, and reports whether it did anything. From the first collection on all
// is as usual, or as Then says.
func putOff() bool {
	if before := debug.SetGCPercent(first); before != usual {
		debug.SetGCPercent(before)
		return false
	}
	runtime.AddCleanup(new(mark), func(struct{}) {
		passed.Store(true)
		set()
	}, struct{}{})
	return true
}

// Then sets by how many percent the heap may grow from one collection to the next, after the first one: less than the usual
// 100 for a command that keeps much, and would hold as much again of what it has thrown away.
func Then(percent int32) {
	then.Store(percent)
	if off && passed.Load() {
		set()
	}
}

func set() { debug.SetGCPercent(int(cmp.Or(then.Load(), usual))) }

// mark is gone with the first collection. It has a pointer, as tiny objects without live as long as their neighbours.
type mark struct{ _ *byte }
