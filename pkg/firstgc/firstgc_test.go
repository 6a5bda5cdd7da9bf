package firstgc

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's binary tell the percentage at its start and after a collection.
func TestMain(m *testing.M) {
	if os.Getenv("FIRSTGC_TEST") == "" {
		os.Exit(m.Run())
	}
	print(percent(), " ")
	if os.Getenv("FIRSTGC_TEST") == "then" {
		Then(70)
	}
	for range 100 {
		runtime.GC()
		if percent() != first {
			break
		}
		time.Sleep(10 * time.Millisecond) // a cleanup is run some time after the collection
	}
	print(percent())
}

func percent() int {
	now := debug.SetGCPercent(usual)
	debug.SetGCPercent(now)
	return now
}

func TestThen(t *testing.T) {
	for gogc, want := range map[string]string{"": strconv.Itoa(first) + " 70", "50": "50 50"} {
		check(t, gogc, "then", want)
	}
}

func TestTheFirstCollectionIsPutOff(t *testing.T) {
	for gogc, want := range map[string]string{"": strconv.Itoa(first) + " " + strconv.Itoa(usual), "50": "50 50", "off": "-1 -1"} {
		check(t, gogc, "1", want)
	}
}

func check(t *testing.T, gogc, mode, want string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FIRSTGC_TEST="+mode, "GOGC="+gogc)
	got, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(got)) != want {
		t.Errorf("GOGC=%s: got %q, %v, want %q", gogc, got, err, want)
	}
}
