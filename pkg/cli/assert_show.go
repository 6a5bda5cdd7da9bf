package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/kubectl/pkg/util/term"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/check/report"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// reportFormats are those that -o chooses; text is what comes without it.
func reportFormats() []string {
	var names []string
	for _, format := range report.Formats() {
		if format != report.Text {
			names = append(names, string(format))
		}
	}
	return names
}

// redrawEvery is how often the checklist on a terminal is drawn: the time in it runs on.
const redrawEvery = 100 * time.Millisecond

// show runs the checks and reports what comes of them: while they run, but for the formats that are one document.
func (o *assertOptions) show(ctx context.Context, runner *check.Runner, screen *screen) (check.Report, error) {
	format := report.Format(cmp.Or(o.output, string(report.Text)))
	if format == report.Text && printers.IsTerminal(o.streams.Out) {
		return o.showLive(ctx, runner)
	}
	lines := report.NewLines(format, screen.data(), o.checkpoints, bool(o.palette))
	var progress progress
	done := func() {}
	if lines == nil || !screen.piped() {
		done = screen.waiting(time.Now(), func(waited time.Duration) string { return progress.tell(waited, o.checkpoints) })
	}
	if lines != nil {
		runner.Progress = func(e check.Event) { progress.update(e); lines.Update(e.Check, e.Outcome, e.Done) }
		result := runner.Run(ctx, o.checkpoints)
		done()
		return result, lines.End(result)
	}
	runner.Progress = progress.update
	result := runner.Run(ctx, o.checkpoints)
	done()
	if err := report.Write(format, o.streams.Out, result); err != nil {
		return result, err
	}
	if !result.Holds() {
		return result, report.Write(report.Text, o.streams.ErrOut, result) // for who reads the job's log
	}
	return result, nil
}

// progress counts the checks that hold by now. Safe for concurrent use.
type progress struct {
	mu    sync.Mutex
	holds map[int]bool
}

func (p *progress) update(e check.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds == nil {
		p.holds = map[int]bool{}
	}
	p.holds[e.Check] = e.Outcome.Holds
}

func (p *progress) tell(waited time.Duration, checkpoints []check.Checkpoint) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	held, all := 0, 0
	for _, holds := range p.holds {
		if holds {
			held++
		}
	}
	for _, checkpoint := range checkpoints {
		all += len(checkpoint.Checks)
	}
	return fmt.Sprintf("asserting for %s; %d of %d checks hold", leader.Age(waited), held, all)
}

func (o *assertOptions) showLive(ctx context.Context, runner *check.Runner) (check.Report, error) {
	live := report.NewLive(o.streams.Out, o.checkpoints, report.LiveOptions{
		Size: o.terminalSize, Colour: bool(o.palette), UTF8: report.UTF8Locale(os.Getenv),
	})
	defer login.Listen(live.Pause)()
	runner.Progress = func(e check.Event) { live.Update(e.Check, e.Outcome, e.Done) }
	ticking, stop := context.WithCancel(ctx)
	ticked := make(chan struct{})
	go func() {
		defer close(ticked)
		tick := time.NewTicker(redrawEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				live.Tick()
			case <-ticking.Done():
				return
			}
		}
	}()
	result := runner.Run(ctx, o.checkpoints)
	stop()
	<-ticked
	return result, live.End(result)
}

// terminalSize is that of stdout; 80 by 24 where it does not say.
func (o *assertOptions) terminalSize() (columns, rows int) {
	size := term.TTY{Out: o.streams.Out}.GetSize()
	if size == nil || size.Width == 0 || size.Height == 0 {
		return 80, 24
	}
	return int(size.Width), int(size.Height)
}
