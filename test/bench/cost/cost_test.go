package cost

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func rows() []Row {
	stalled := Alone("port-forward", "p99 beside a stalled reader", "ms", 51, AtMost(50, "ms"))
	stalled.Never = true
	return []Row{
		Alone("holder", "requests", "", 2, AtMost(2, "")),
		Compared("holder", "wall", "ms", 35, 100, TimesAtMost(0.5).WithGoal(0.35)),
		Compared("holder", "peak memory", "MiB", 71.04, 100, TimesAtMost(0.7)),
		AboveFloor("holder, above the floor", "CPU", "ms", 13.1, 10, TimesAtMost(1.4).WithGoal(1.3)),
		Compared("port-forward", "one stream", "MB/s", 0.99, 1, TimesAtLeast(1).WithGoal(1.1)),
		stalled,
	}
}

func TestTable(t *testing.T) {
	var got strings.Builder
	if err := Table(&got, rows()); err != nil {
		t.Fatal(err)
	}
	const want = `                                                   OURS    THEIRS RATIO     LIMIT      GOAL
holder
  requests                                            2                      <= 2            ok
  wall                                          35.0 ms    100 ms 0.35x  <= 0.50x  <= 0.35x  ok
  peak memory                                  71.0 MiB   100 MiB 0.71x  <= 0.70x            MISSED

holder, above the floor
  CPU                                           13.1 ms   10.0 ms 1.31x  <= 1.40x  <= 1.30x  short

port-forward
  one stream                                  0.99 MB/s  1.0 MB/s 0.99x  >= 1.00x  >= 1.10x  MISSED
  p99 beside a stalled reader                   51.0 ms     never        <= 50 ms            MISSED
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", &got, want)
	}
	for line := range strings.Lines(got.String()) {
		if len(line) > 100 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if got := Missed(rows()); got != 3 {
		t.Errorf("%d rows missed, want 3", got)
	}
}

// TestLimitsNeedAFigure: a ratio that is not there keeps no limit.
func TestLimitsNeedAFigure(t *testing.T) {
	if Alone("a", "b", "", 0, TimesAtMost(1)).OK() || Compared("a", "b", "", 0, 0, TimesAtMost(1)).OK() {
		t.Error("a limit of a ratio is kept without the other program's figure")
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bench.json")
	if err := Write(path, rows()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range []map[string]any{
		{"name": "holder: requests", "unit": "", "ours": 2.0, "kubectl": nil, "floor": nil, "ratio": nil, "limit": "<= 2", "ok": true, "goal": nil, "short": false},
		{"name": "holder: wall", "unit": "ms", "ours": 35.0, "kubectl": 100.0, "floor": nil, "ratio": 0.35, "limit": "<= 0.50x", "ok": true, "goal": "<= 0.35x", "short": false},
		3: {"name": "holder, above the floor: CPU", "unit": "ms", "ours": 13.1, "kubectl": nil, "floor": 10.0, "ratio": 1.31, "limit": "<= 1.40x", "ok": true, "goal": "<= 1.30x", "short": true},
		5: {"name": "port-forward: p99 beside a stalled reader", "unit": "ms", "ours": 51.0, "kubectl": "never", "floor": nil, "ratio": nil, "limit": "<= 50 ms", "ok": false, "goal": nil, "short": false},
	} {
		for key, value := range want {
			if got[i][key] != value {
				t.Errorf("row %d: %s is %v, want %v", i, key, got[i][key], value)
			}
		}
		if want != nil && len(got[i]) != len(want) {
			t.Errorf("row %d has %d fields, want %d", i, len(got[i]), len(want))
		}
	}
}
