package forward

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

// Bench compares the two ways on one operator; they take turns.
type Bench struct {
	Operator *site.Operator
	Starts   int   // how often each is started
	Runs     int   // of each throughput
	Bytes    int64 // of each run of throughput, however many streams share them
	Progress io.Writer
}

const group = "port-forward"

// ways are ours and kubectl's, in this order.
func ways() [2]Way { return [2]Way{Ours(), Kubectls()} }

// Run measures all.
func (b *Bench) Run(ctx context.Context) ([]cost.Row, error) {
	var rows []cost.Row
	for _, measure := range []func(context.Context) ([]cost.Row, error){b.start, b.throughput, b.stall, b.memory} {
		more, err := measure(ctx)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// start measures from the first process to the first byte. The first of each does not count.
func (b *Bench) start(ctx context.Context) ([]cost.Row, error) {
	var all [2][]time.Duration
	for run := range b.Starts + 1 {
		for i, way := range ways() {
			tunnel, err := way.Open(ctx, b.Operator)
			if err != nil {
				return nil, err
			}
			if err := tunnel.Close(); err != nil {
				return nil, err
			}
			fmt.Fprintf(b.Progress, "first byte     %-32s %8.1f ms\n", way.Name, milliseconds(tunnel.Opened))
			if run > 0 {
				all[i] = append(all[i], tunnel.Opened)
			}
		}
	}
	return []cost.Row{cost.Compared(group, "start to first byte", "ms",
		milliseconds(measure.Middle(all[0])), milliseconds(measure.Middle(all[1])), cost.TimesAtMost(0.5))}, nil
}

// both opens both ways.
func (b *Bench) both(ctx context.Context) (tunnels [2]*Tunnel, shut func() error, err error) {
	shut = func() error {
		var errs []error
		for _, t := range tunnels {
			if t != nil {
				errs = append(errs, t.Close())
			}
		}
		return errors.Join(errs...)
	}
	for i, way := range ways() {
		if tunnels[i], err = way.Open(ctx, b.Operator); err != nil {
			return tunnels, shut, errors.Join(err, shut())
		}
	}
	return tunnels, shut, nil
}

// throughput measures one stream and many. The tunnels stay open, and the one that waits costs nothing.
func (b *Bench) throughput(ctx context.Context) (rows []cost.Row, err error) {
	tunnels, shut, err := b.both(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shut()) }()
	for _, streams := range []int{1, 64} {
		var all [2][]time.Duration
		for range b.Runs {
			for i, tunnel := range tunnels {
				took, err := together(ctx, tunnel.Address, streams, b.Bytes)
				if err != nil {
					return nil, fmt.Errorf("%s, %d streams: %w", ways()[i].Name, streams, err)
				}
				all[i] = append(all[i], took)
				fmt.Fprintf(b.Progress, "%2d streams     %-32s %8.0f MB/s\n", streams, ways()[i].Name, speed(b.Bytes, took))
			}
		}
		name := "throughput of one stream"
		if streams > 1 {
			name = fmt.Sprintf("throughput of %d streams together", streams)
		}
		rows = append(rows, cost.Compared(group, name, "MB/s",
			speed(b.Bytes, measure.Middle(all[0])), speed(b.Bytes, measure.Middle(all[1])), cost.TimesAtLeast(1)))
	}
	return rows, nil
}

// fetchWithin bounds a run of throughput.
const fetchWithin = 3 * time.Minute

// together fetches the bytes over so many connections at a time.
func together(ctx context.Context, address string, streams int, bytes int64) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	errs := make([]error, streams)
	var wg sync.WaitGroup
	started := time.Now()
	for i := range streams {
		wg.Go(func() { errs[i] = fetch(ctx, address, bytes/int64(streams)) })
	}
	wg.Wait()
	return time.Since(started), errors.Join(errs...)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// speed is in megabytes a second.
func speed(bytes int64, took time.Duration) float64 { return float64(bytes) / 1e6 / took.Seconds() }

// percentile is the least of the values that so many hundredths do not exceed.
func percentile(all []time.Duration, hundredths int) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)*hundredths+99)/100-1]
}
