package measure

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// Resident is the peak of a living process's resident memory so far, in bytes, since it became the program that it is.
// Where the system does not keep that, it is what is resident now.
func Resident(ctx context.Context, pid int) (int64, error) {
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
		return kilobytes(status, "VmHWM:")
	}
	out, err := exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	return kilobytes(out, "")
}

// kilobytes reads the number after a key.
func kilobytes(text []byte, key string) (int64, error) {
	_, rest, found := bytes.Cut(text, []byte(key))
	fields := bytes.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, fmt.Errorf("no %s in the process's status", key)
	}
	n, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return n << 10, err
}
