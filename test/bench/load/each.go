package load

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
)

// workers is how many requests are under way at a time: enough to keep a small machine's API server busy.
const workers = 16

// step does one kind of thing to all items, and reports how long it took.
func step[T any](ctx context.Context, l Loader, name string, items []T, do func(context.Context, T) error) error {
	started := time.Now()
	if err := each(ctx, items, do); err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	fmt.Fprintf(l.Progress, "%-28s %5.1fs\n", fmt.Sprintf("%d %s", len(items), name), time.Since(started).Seconds())
	return nil
}

// each calls do for all items, several at a time, until one fails.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, item := range items {
		if inner.Err() != nil {
			break
		}
		group.Go(func() error { return do(inner, item) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err() // items may have been left out
}
