// Package measure runs commands against one another: how long they take, what they cost, and whether what they print is
// true. A benchmark of a broken command is a lie.
package measure

import (
	"slices"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/usage"
)

// Usage is what one run of a command took.
type Usage = usage.Usage

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
