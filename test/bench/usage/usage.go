// Package usage tells what a command took.
package usage

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// Usage is what one run of a command took.
type Usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system
	Peak int64         // bytes of resident memory
}

// String is for the progress.
func (u Usage) String() string {
	return fmt.Sprintf("wall %.3fs   cpu %.3fs   peak memory %.1fMi", u.Wall.Seconds(), u.CPU.Seconds(), float64(u.Peak)/(1<<20))
}

// Of is the usage of a process that has ended.
func Of(state *os.ProcessState, wall time.Duration) Usage {
	return Usage{Wall: wall, CPU: state.UserTime() + state.SystemTime(), Peak: peak(state.SysUsage().(*syscall.Rusage))}
}

// peak is in bytes: Linux counts kilobytes, macOS bytes.
func peak(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}
