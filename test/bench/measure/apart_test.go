package measure

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
)

func printer(pod string) Printer {
	return Printer{Name: "row", Path: os.Args[0], Env: []string{"BENCH_TEST_COMMAND=large"}, Pod: pod}
}

func TestServe(t *testing.T) {
	ask := func(pod string) (medians []Usage, err error) {
		input, err := json.Marshal(Task{Commands: []Printer{printer(pod)}, Runs: 1, Scratch: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var output bytes.Buffer
		if err := Serve(t.Context(), bytes.NewReader(input), &output, io.Discard); err != nil {
			return nil, err
		}
		return medians, json.Unmarshal(output.Bytes(), &medians)
	}
	medians, err := ask("NAME\nrow")
	if err != nil || len(medians) != 1 || medians[0].Peak < 256*mebibyte {
		t.Errorf("got %v, %v", medians, err)
	}
	if _, err := ask("another"); err == nil || !strings.Contains(err.Error(), "want pod another") {
		t.Errorf("of another pod: got %v", err)
	}
}

func TestResident(t *testing.T) {
	fill(64)
	if got, err := Resident(t.Context(), os.Getpid()); err != nil || got < 64*mebibyte {
		t.Errorf("got %d, %v after filling 64Mi", got, err)
	}
}
