package load

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestEach(t *testing.T) {
	items := make([]int, 1000)
	for i := range items {
		items[i] = i
	}
	var sum atomic.Int64
	if err := each(t.Context(), items, func(_ context.Context, i int) error { sum.Add(int64(i)); return nil }); err != nil || sum.Load() != 499_500 {
		t.Errorf("got the sum %d, %v", sum.Load(), err)
	}

	broken := errors.New("broken")
	var calls atomic.Int64
	err := each(t.Context(), items, func(context.Context, int) error { calls.Add(1); return broken })
	if !errors.Is(err, broken) || calls.Load() > 2*workers {
		t.Errorf("it went on for %d calls after %v", calls.Load(), err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := each(ctx, items, func(context.Context, int) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("items were left out, and all it says is %v", err)
	}
}
