package reaction

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
)

// tooLong is when somebody who waits is given up. All that wait do so for half a minute by themselves.
const tooLong = time.Minute

// Bench lets processes wait for events that it makes happen.
type Bench struct {
	Client     kubernetes.Interface
	Kubeconfig string // whose namespace is Namespace
	Namespace  string
	Candidates Candidates
	Programs   map[string]string // the paths of those that the commands name
	Scratch    string            // a folder
	Rounds     int
	Progress   io.Writer // gets a line a wait

	env []string

	mu      sync.Mutex
	waiting string // the lock somebody waits for
	answers chan answer
}

// Run measures all events; the waiters take turns. The first round does not count: it fills caches. The writes' own
// times, which are in the results, are returned as well.
func (b *Bench) Run(ctx context.Context, events []Event) (results []Result, writes []time.Duration, err error) {
	// They go through a proxy, which sees whether they wait; the writes do not.
	proxy, err := measure.StartProxy(b.Kubeconfig, b.Scratch, b.answered)
	if err != nil {
		return nil, nil, err
	}
	defer proxy.Close()
	path := filepath.Join(b.Scratch, "path")
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, nil, err
	}
	for name, program := range b.Programs {
		if program, err = filepath.Abs(program); err != nil {
			return nil, nil, err
		}
		if err := os.Symlink(program, filepath.Join(path, name)); err != nil {
			return nil, nil, err
		}
	}
	b.env = []string{
		"HOME=" + b.Scratch, "PATH=" + path + string(os.PathListSeparator) + os.Getenv("PATH"), "KUBECONFIG=" + proxy.Kubeconfig,
		"B=" + b.Candidates.B,
	}
	for number, event := range events {
		result := Result{Event: event, Reactions: make([][]time.Duration, len(event.Waiters))}
		for round := range b.Rounds + 1 {
			for turn := range event.Waiters {
				i := (turn + round) % len(event.Waiters)
				lock := fmt.Sprintf("lock-%d-%d-%d", number, round, i)
				reaction, write, err := b.wait(ctx, event, event.Waiters[i], lock, phase(max(round, 1)-1, b.Rounds, rand.Float64()))
				if err != nil {
					return nil, nil, fmt.Errorf("%s: %s: %w", event.Name, event.Waiters[i].Command, err)
				}
				name := "warm-up"
				if round > 0 {
					name = fmt.Sprintf("round %d of %d", round, b.Rounds)
					result.Reactions[i], writes = append(result.Reactions[i], reaction), append(writes, write)
				}
				fmt.Fprintf(b.Progress, "%-14s %-10s %8s   %s\n", name, event.Name, milliseconds(reaction), event.Waiters[i].Command)
			}
		}
		results = append(results, result)
	}
	return results, writes, nil
}

// answered is told of all requests that go through the proxy.
func (b *Bench) answered(r *http.Request) {
	a, ok := about(r, time.Now())
	b.mu.Lock()
	defer b.mu.Unlock()
	if !ok || a.lock != b.waiting {
		return
	}
	select {
	case b.answers <- a:
	default: // enough is known
	}
}

// attend begins to hand on the answers about a lock.
func (b *Bench) attend(lock string) <-chan answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting, b.answers = lock, make(chan answer, 100)
	return b.answers
}

// wait lets one wait for an event, which comes once it is known to wait and a part of its period has passed. The reaction
// is counted from when the write is sent.
func (b *Bench) wait(ctx context.Context, event Event, waiter Waiter, lock string, part float64) (reaction, write time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, tooLong)
	defer cancel()
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: b.Namespace, Name: lock}}
	if lease, err = b.write(ctx, lease, event.before(b.Candidates)); err != nil {
		return 0, 0, err
	}
	answers := b.attend(lock)
	process, err := b.start(ctx, waiter, lock)
	if err != nil {
		return 0, 0, err
	}
	defer process.end()
	vigil := vigil{polls: waiter.Polls}
	var due <-chan time.Time // of the write
	for waits := false; ; {
		select {
		case a := <-answers:
			if waits {
				continue
			}
			var period time.Duration
			if period, waits = vigil.see(a); waits {
				due = time.After(time.Duration(part * float64(period)))
			}
			continue
		case <-process.exited:
			return 0, 0, fmt.Errorf("ended before anything happened: %s\n%s", process.cmd.ProcessState, process.said())
		case <-ctx.Done():
			return 0, 0, context.Cause(ctx)
		case <-due:
		}
		break
	}
	sent := time.Now()
	if _, err := b.write(ctx, lease, event.after(b.Candidates)); err != nil {
		return 0, 0, err
	}
	write = time.Since(sent)
	select {
	case <-process.exited:
	case <-ctx.Done():
		return 0, 0, context.Cause(ctx)
	}
	if process.err != nil {
		return 0, 0, fmt.Errorf("%w\n%s", process.err, process.said())
	}
	return process.at.Sub(sent), write, nil
}

// write creates the Lease or updates it, as the record says.
func (b *Bench) write(ctx context.Context, lease *coordinationv1.Lease, r record) (*coordinationv1.Lease, error) {
	if !r.exists {
		return lease, nil
	}
	r.write(lease, time.Now())
	leases := b.Client.CoordinationV1().Leases(b.Namespace)
	if lease.ResourceVersion == "" {
		return leases.Create(ctx, lease, metav1.CreateOptions{})
	}
	return leases.Update(ctx, lease, metav1.UpdateOptions{})
}

// process is one that waits.
type process struct {
	cmd    *exec.Cmd
	output *os.File

	exited chan struct{}
	at     time.Time // what follows is known once it has exited
	err    error
}

func (b *Bench) start(ctx context.Context, waiter Waiter, lock string) (*process, error) {
	output, err := os.Create(filepath.Join(b.Scratch, "output"))
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", waiter.script())
	cmd.Env, cmd.Stdout, cmd.Stderr = append([]string{"LOCK=" + lock}, b.env...), output, output
	// What a loop of the shell runs has to end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, output.Close())
	}
	p := &process{cmd: cmd, output: output, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		p.at = time.Now()
		close(p.exited)
	}()
	return p, nil
}

// end ends it, if it has not by itself.
func (p *process) end() {
	select {
	case <-p.exited:
	default:
		_ = p.cmd.Cancel() // it may have exited just now
		<-p.exited
	}
	_ = p.output.Close() // only read since
}

// said is the end of what it printed.
func (p *process) said() []byte {
	const most = 2000
	text, err := os.ReadFile(p.output.Name())
	if err != nil {
		return nil
	}
	return bytes.TrimSpace(text[max(0, len(text)-most):])
}
