// Package measure runs commands against one another: how long they take, what they cost, and whether what they print is
// true. A benchmark of a broken command is a lie.
package measure

import (
	"context"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Usage is what one run of a command took.
type Usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system
	Peak int64         // bytes of resident memory
}

func usageOf(state *os.ProcessState, wall time.Duration) Usage {
	return Usage{Wall: wall, CPU: state.UserTime() + state.SystemTime(), Peak: peak(state.SysUsage().(*syscall.Rusage))}
}

// peak is in bytes: Linux counts kilobytes, macOS bytes.
func peak(usage *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) * 1024
}

// ownPeak is the least that any child seems to use: until it has become another program it shares our memory, and Linux
// counts that as its own.
func ownPeak(ctx context.Context) (int64, error) {
	if runtime.GOOS == "linux" { // what whoever started us had is in getrusage's figure, too, but is not shared any more
		return Resident(ctx, os.Getpid())
	}
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return peak(&usage), nil
}

// Median takes the median of each figure by itself. There is at least one run.
func Median(runs []Usage) Usage {
	return Usage{
		Wall: median(runs, func(u Usage) time.Duration { return u.Wall }),
		CPU:  median(runs, func(u Usage) time.Duration { return u.CPU }),
		Peak: median(runs, func(u Usage) int64 { return u.Peak }),
	}
}

func median[T ~int64](runs []Usage, figure func(Usage) T) T {
	var all []T
	for _, run := range runs {
		all = append(all, figure(run))
	}
	return Middle(all)
}

// Middle is the median of figures. There is at least one.
func Middle[T ~int64](all []T) T {
	all = slices.Sorted(slices.Values(all))
	middle := len(all) / 2
	if len(all)%2 == 1 {
		return all[middle]
	}
	return (all[middle-1] + all[middle]) / 2
}
