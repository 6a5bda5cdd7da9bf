package forward

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

const (
	asks = 300 // beside the stalled reader
	// missesMost is after how many answers that did not come within tryWithin no more are waited for.
	missesMost = 3
	tryWithin  = 2 * time.Second
	// crowd is how many connections are open when the memory is looked at.
	crowd = 100
)

// stall has one client that stops reading, and measures the answers that others get meanwhile.
func (b *Bench) stall(ctx context.Context) ([]cost.Row, error) {
	ours, _, err := beside(ctx, b.Operator, Ours())
	if err != nil {
		return nil, err
	}
	row := cost.Alone(group, "p99 of others while one reader stalls", "ms", milliseconds(percentile(ours, 99)), cost.AtMost(50, "ms"))
	theirs, missing, err := beside(ctx, b.Operator, Kubectls())
	if err != nil {
		return nil, err
	}
	if row.Never = missing == missesMost; !row.Never {
		p99 := milliseconds(percentile(theirs, 99))
		row.Theirs = &p99
	}
	fmt.Fprintf(b.Progress, "stalled reader %-32s %8.1f ms\n%14s %-32s %d answered, %d not\n",
		Ours().Name, row.Ours, "", Kubectls().Name, len(theirs)-missing, missing)
	return []cost.Row{row}, nil
}

// beside asks one after the other beside a reader that stalls, and returns the times of the answers and how many did not
// come in time; those count with the time they had. The first may be answered before all buffers on the way are full.
func beside(ctx context.Context, o *site.Operator, way Way) (answers []time.Duration, missing int, err error) {
	tunnel, err := way.Open(ctx, o)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, tunnel.Close()) }()
	stalled, err := dial(ctx, tunnel.Address)
	if err != nil {
		return nil, 0, err
	}
	defer stalled.Close()
	if _, err := stalled.get("/bulk?bytes=4294967296"); err != nil { // and not a byte more is read
		return nil, 0, err
	}
	for len(answers) < asks && missing < missesMost {
		took, err := timed(ctx, tunnel.Address)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			missing++
			answers = append(answers, tryWithin)
		case err != nil:
			return nil, 0, fmt.Errorf("%s beside a stalled reader: %w", way.Name, err)
		default:
			answers = append(answers, took)
		}
	}
	return answers, missing, nil
}

// timed asks once; an answer that does not come in time is context.DeadlineExceeded.
func timed(ctx context.Context, address string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, tryWithin)
	defer cancel()
	began := time.Now()
	answer, err := Ask(ctx, address)
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return answer.At.Sub(began), err
}

// memory holds connections open, each in the middle of an answer.
func (b *Bench) memory(ctx context.Context) ([]cost.Row, error) {
	var mebibytes [2]float64
	for i, way := range ways() {
		tunnel, err := way.Open(ctx, b.Operator)
		if err != nil {
			return nil, err
		}
		peak, err := crowded(ctx, tunnel)
		if err = errors.Join(err, tunnel.Close()); err != nil {
			return nil, fmt.Errorf("%s with %d connections: %w", way.Name, crowd, err)
		}
		mebibytes[i] = float64(peak) / (1 << 20)
		fmt.Fprintf(b.Progress, "%d open       %-32s %8.1f MiB\n", crowd, way.Name, mebibytes[i])
	}
	// What keeps a stalled reader away from the others, a tunnel for each, costs: SPDY compresses headers, once in a tunnel's life,
	// and client-go keeps 0.75 MiB for that as long as it lasts.
	return []cost.Row{cost.Compared(group, fmt.Sprintf("peak memory with %d connections open", crowd), "MiB",
		mebibytes[0], mebibytes[1], cost.TimesAtMost(2).WithGoal(1.6))}, nil
}

// crowded is the process's memory once all connections have begun to get their answers and go on getting them.
func crowded(ctx context.Context, tunnel *Tunnel) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var readers []*bufio.Reader
	for range crowd {
		c, err := dial(ctx, tunnel.Address)
		if err != nil {
			return 0, err
		}
		defer c.Close()
		response, err := c.get("/drip?every=200ms&count=1000")
		if err != nil {
			return 0, err
		}
		readers = append(readers, bufio.NewReader(response.Body))
	}
	for range 2 {
		for i, reader := range readers {
			if _, err := reader.ReadString('\n'); err != nil {
				return 0, fmt.Errorf("connection %d: %w", i, errors.Join(err, io.ErrUnexpectedEOF))
			}
		}
	}
	return tunnel.Memory(ctx)
}
