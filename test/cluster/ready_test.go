package cluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLastWordsAreOfWhatIsToBlame(t *testing.T) {
	c := &Cluster{Dir: Dir{t.TempDir()}}
	one := component{name: etcd, health: "http://127.0.0.1:0/"}
	log := c.Dir.Log(one.name)
	if err := os.MkdirAll(filepath.Dir(log), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, []byte("its last words\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	for ctx, want := range map[context.Context]bool{cancelled: false, late: true} {
		err := c.waitReady(ctx, one)
		if err == nil || strings.Contains(err.Error(), "its last words") != want {
			t.Errorf("%v: got %v, with the log's end: %t", ctx.Err(), err, want)
		}
		if !want && !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the cancellation", err)
		}
	}
}
