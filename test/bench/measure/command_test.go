package measure

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
)

const mebibyte = 1 << 20

// TestMain lets the test's binary be the command that is measured.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCH_TEST_COMMAND") {
	case "":
		os.Exit(withRunner(m.Run))
	case "fail":
		fmt.Fprintln(os.Stderr, "no such thing")
		os.Exit(3)
	case "small":
	case "large":
		fill(256)
	case "sleep":
		time.Sleep(time.Hour) // until it is ended
	case "ask":
		fill(256)
		if err := ask(2); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fmt.Println("NAME\nrow")
}

// runner is the path of bench-run.
var runner string

func withRunner(run func() int) int {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir) // temporary anyway
	runner = filepath.Join(dir, "bench-run")
	if output, err := exec.Command("go", "build", "-o", runner, "../../cmd/bench-run").CombinedOutput(); err != nil {
		panic(string(output))
	}
	return run()
}

// fill takes memory, and touches it all so that it is resident.
func fill(mebibytes int) {
	memory := make([]byte, mebibytes*mebibyte)
	for i := range memory {
		memory[i] = 1
	}
}

// ask makes requests to the server of the kubeconfig.
func ask(times int) error {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return err
	}
	for range times {
		response, err := http.Get(config.Host + "/path")
		if err != nil {
			return err
		}
		if err := response.Body.Close(); err != nil || response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %w", response.Status, err)
		}
	}
	return nil
}

func command(kind string, rows int) Command {
	return Command{Name: kind, Runner: runner, Path: os.Args[0], Env: []string{"BENCH_TEST_COMMAND=" + kind}, Check: Rows(rows)}
}

func TestRun(t *testing.T) {
	usage, err := command("large", 1).Run(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if usage.Peak < 256*mebibyte || usage.Peak > 1024*mebibyte || usage.CPU <= 0 || usage.Wall <= 0 {
		t.Errorf("got %s for a command that fills 256Mi", usage)
	}
}

// TestSmall runs a command that takes less memory than this process.
func TestSmall(t *testing.T) {
	fill(256)
	usage, err := command("small", 1).Run(t.Context(), t.TempDir())
	if err != nil || usage.Peak > 128*mebibyte || usage.Peak < mebibyte {
		t.Errorf("got %s, %v", usage, err)
	}
}

// TestCancel ends the command, too.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := command("sleep", 1)
	go cancel()
	if _, err := c.Run(ctx, t.TempDir()); err == nil {
		t.Error("it ended well")
	}
}

func TestResident(t *testing.T) {
	fill(64)
	if got, err := Resident(t.Context(), os.Getpid()); err != nil || got < 64*mebibyte {
		t.Errorf("got %d, %v after filling 64Mi", got, err)
	}
}

func TestRunRefusesFiguresThatAreNotTrue(t *testing.T) {
	for _, test := range []struct {
		kind string
		rows int
		want string
	}{
		{"large", 2, "large: 1 rows, want at least 2"},
		{"fail", 1, "fail: exit status 3\nno such thing"},
	} {
		_, err := command(test.kind, test.rows).Run(t.Context(), t.TempDir())
		checkError(t, test.kind, err, test.want)
	}
}

func TestCompareTakesTurns(t *testing.T) {
	var progress strings.Builder
	a, b := command("large", 1), command("large", 1)
	a.Name, b.Name = "a", "b"
	if _, err := Compare(t.Context(), []Command{a, b}, 2, t.TempDir(), &progress); err != nil {
		t.Fatal(err)
	}
	var turns []string
	for line := range strings.Lines(progress.String()) {
		turns = append(turns, line[:14])
	}
	want := []string{"warm-up      a", "warm-up      b", "run 1 of 2   a", "run 1 of 2   b", "run 2 of 2   a", "run 2 of 2   b"}
	if !slices.Equal(turns, want) {
		t.Errorf("got %q, want %q", turns, want)
	}
}
