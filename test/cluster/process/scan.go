// Package process starts, finds and signals the detached processes of one
// folder. A process belongs to a folder when its argv[0] lies in it; the
// process table tells, so lost or stale pid files do no harm and a pid that
// was reused by a stranger is never taken for one of ours.
package process

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Info is a line of the process table.
type Info struct {
	PID        int
	LeadsGroup bool
	State      string // as ps shows it: T is stopped, Z a zombie
	Command    string // argv joined with blanks
}

// Stopped tells whether SIGSTOP holds the process.
func (i Info) Stopped() bool { return strings.HasPrefix(i.State, "T") }

// Scan returns the living processes whose argv[0] starts with prefix.
func Scan(ctx context.Context, prefix string) ([]Info, error) {
	// The POSIX form, which Linux and macOS have.
	out, err := exec.CommandContext(ctx, "ps", "-A", "-ww", "-o", "pid=", "-o", "pgid=", "-o", "stat=", "-o", "args=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes with ps: %w", err)
	}
	return parse(string(out), prefix), nil
}

func parse(table, prefix string) []Info {
	var found []Info
	for line := range strings.Lines(table) {
		pid, rest, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
		group, rest, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		state, command, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
		command = strings.TrimSpace(command)
		number, err := strconv.Atoi(pid)
		if err != nil || strings.HasPrefix(state, "Z") || !strings.HasPrefix(command, prefix) {
			continue
		}
		found = append(found, Info{PID: number, LeadsGroup: group == pid, State: state, Command: command})
	}
	return found
}
