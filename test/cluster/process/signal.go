package process

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

const pollEvery = 20 * time.Millisecond

// Signal sends sig to each process; one that has ended meanwhile is fine.
func Signal(sig syscall.Signal, processes []Info) error {
	for _, p := range processes {
		if err := syscall.Kill(p.PID, sig); err != nil && err != syscall.ESRCH {
			return fmt.Errorf("signal %d to process %d: %w", sig, p.PID, err)
		}
	}
	return nil
}

// WaitUntil polls the process table until ok accepts the processes under
// prefix, or ctx ends. No event tells of processes that are not our children.
func WaitUntil(ctx context.Context, prefix string, ok func([]Info) bool) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		processes, err := Scan(ctx, prefix)
		if err != nil {
			return err
		}
		if ok(processes) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("processes %v: %w", pids(processes), ctx.Err())
		case <-ticker.C:
		}
	}
}

// KillAll ends all processes under prefix with SIGKILL, those included that
// they start meanwhile, and waits for their end. Where one leads a process
// group, the group goes with it: what it started has a name of its own.
func KillAll(ctx context.Context, prefix string) error {
	var failed error
	err := WaitUntil(ctx, prefix, func(processes []Info) bool {
		for _, p := range processes {
			if p.LeadsGroup {
				_ = syscall.Kill(-p.PID, syscall.SIGKILL) // as far as there is anything
			}
		}
		failed = Signal(syscall.SIGKILL, processes)
		return len(processes) == 0 || failed != nil
	})
	if failed != nil {
		return failed
	}
	return err
}

func pids(processes []Info) []int {
	all := make([]int, 0, len(processes))
	for _, p := range processes {
		all = append(all, p.PID)
	}
	return all
}
