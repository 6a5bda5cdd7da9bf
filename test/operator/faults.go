package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// serveCrash exits with 1 at once, between two reconciles, so that the log
// never claims what the ledger does not hold.
func (o *operator) serveCrash(http.ResponseWriter, *http.Request) {
	o.working.Lock()
	os.Exit(1)
}

// serveHang stops the process as a debugger or an overcommitted node would: it
// no longer renews, answers or ends by SIGTERM. With ?for=10s it wakes again.
func (o *operator) serveHang(w http.ResponseWriter, r *http.Request) {
	var sleep time.Duration
	if value := r.URL.Query().Get("for"); value != "" {
		var err error
		if sleep, err = time.ParseDuration(value); err != nil || sleep <= 0 {
			http.Error(w, "for must be a duration, as in /hang?for=10s", http.StatusBadRequest)
			return
		}
	}
	o.working.Lock()
	defer o.working.Unlock()
	if sleep > 0 {
		if err := startWaker(sleep); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	const answer = "hanging\n"
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	fmt.Fprint(w, answer)
	_ = http.NewResponseController(w).Flush()
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
}

// startWaker runs this program once more to wake this process: one that is
// stopped cannot. It keeps argv[0], by which whoever cleans up knows it.
func startWaker(after time.Duration) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	waker := exec.Command(program)
	waker.Args = []string{os.Args[0], "wake-parent", "--after", after.String()}
	if err := waker.Start(); err != nil {
		return fmt.Errorf("start waker: %w", err)
	}
	go func() { _ = waker.Wait() }()
	return nil
}

func newWakeCommand() *cobra.Command {
	var after time.Duration
	command := &cobra.Command{
		Use:    "wake-parent",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			parent := os.Getppid()
			<-time.After(after)
			if os.Getppid() != parent { // it has ended: the id may be another's
				return nil
			}
			return syscall.Kill(parent, syscall.SIGCONT)
		},
	}
	command.Flags().DurationVar(&after, "after", 0, "How long to wait.")
	return command
}

// serveRelease ends the term: the manager stops and the process exits with 0.
func (o *operator) serveRelease(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "releasing")
	_ = http.NewResponseController(w).Flush()
	o.stop()
}

// serveBurst logs ?lines=N numbered lines at once, on a follower too.
func (o *operator) serveBurst(w http.ResponseWriter, r *http.Request) {
	lines, err := strconv.Atoi(r.URL.Query().Get("lines"))
	if err != nil || lines < 1 {
		http.Error(w, "lines must be a number, as in /burst?lines=1000", http.StatusBadRequest)
		return
	}
	for i := 1; i <= lines; i++ {
		o.journal.printf("burst %d/%d pod=%s run=%s", i, lines, o.pod, o.run)
	}
	fmt.Fprintf(w, "logged %d lines\n", lines)
}
