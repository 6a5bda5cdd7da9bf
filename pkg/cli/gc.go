package cli

import (
	"os"
	"runtime/debug"
)

// collectAt lets the heap grow by so many percent from one garbage collection to the next, unless
// the user says otherwise with GOGC.
func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}
