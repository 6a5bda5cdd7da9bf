package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/picture"
)

const (
	// typeEvery is how fast one types.
	typeEvery = 20 * time.Millisecond
	// lookEvery is how often the terminals are looked at.
	lookEvery = 60 * time.Millisecond
	patience  = 30 * time.Second
	prompt    = "$ "
)

// stage is the terminals, and who looks at them. The first error stays; nothing is done after it.
type stage struct {
	ctx    context.Context
	cancel context.CancelFunc
	server string // the name of the tmux server, which is ours alone
	line   *picture.Timeline
	looked sync.WaitGroup
	err    error

	mu      sync.Mutex
	screens []string
	grown   chan struct{} // closed when a screen changes
}

// begin opens the terminals and begins to look at them. kubectl, the plugin and the cluster are the environment's.
func begin(ctx context.Context, line *picture.Timeline) (*stage, error) {
	for _, tool := range []string{"tmux", "kubectl", "kubectl-leader", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("%w: the story needs it", err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &stage{ctx: ctx, cancel: cancel, server: fmt.Sprintf("kubectl-leader-picture-%d", time.Now().UnixNano()), line: line,
		screens: make([]string, len(line.Panes)), grown: make(chan struct{})}
	for i, pane := range line.Panes {
		_, s.err = s.tmux("new-session", "-d", "-s", name(i), "-x", strconv.Itoa(pane.Columns), "-y", strconv.Itoa(pane.Rows),
			"env", "PS1="+`\[\e[1;32m\]$\[\e[0m\] `, "PS2=> ", "HISTFILE=", "LANG=C.UTF-8", "bash", "--norc", "--noprofile")
		if s.err != nil {
			s.end()
			return nil, s.err
		}
		_, s.err = s.tmux("set-option", "-t", name(i), "status", "off")
	}
	s.looked.Go(s.look)
	for i := range line.Panes {
		s.until(i, strings.TrimSpace(prompt))
	}
	return s, s.err
}

func name(pane int) string { return "pane" + strconv.Itoa(pane) }

// end closes the terminals, and what runs in them.
func (s *stage) end() {
	_, _ = s.tmux("kill-server") // it may not have come up
	s.cancel()
	s.looked.Wait()
}

func (s *stage) tmux(args ...string) (string, error) {
	out, err := exec.Command("tmux", append([]string{"-L", s.server, "-f", "/dev/null"}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %v: %w: %s", args, err, out)
	}
	return string(out), nil
}

// look looks at the terminals until the story ends.
func (s *stage) look() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for i, pane := range s.line.Panes {
			text, err := s.tmux("capture-pane", "-e", "-p", "-t", name(i))
			if err != nil {
				return // it has been closed
			}
			s.line.See(i, picture.Screen(text, pane.Rows), time.Now())
			s.mu.Lock()
			if bare := bare(text, pane.Rows); bare != s.screens[i] {
				s.screens[i] = bare
				close(s.grown)
				s.grown = make(chan struct{})
			}
			s.mu.Unlock()
		}
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
	}
}

// bare is the text of a screen without its styles.
func bare(text string, rows int) string {
	var b strings.Builder
	for _, row := range picture.Screen(text, rows) {
		for _, span := range row {
			b.WriteString(span.Text)
		}
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n")
}

// await waits until a screen is as wanted, and returns it.
func (s *stage) await(pane int, what string, wanted func(screen string) bool) (screen string) {
	if s.err != nil {
		return ""
	}
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		screen, grown := s.screens[pane], s.grown
		s.mu.Unlock()
		if wanted(screen) {
			return screen
		}
		select {
		case <-grown:
		case <-s.ctx.Done():
			s.err = s.ctx.Err()
			return ""
		case <-deadline:
			s.err = fmt.Errorf("terminal %d never shows %s:\n%s", pane, what, screen)
			return ""
		}
	}
}

// until waits until a text is on a screen.
func (s *stage) until(pane int, text string) {
	s.await(pane, fmt.Sprintf("%q", text), func(screen string) bool { return strings.Contains(screen, text) })
}

// run types a command, and waits until a text is on the screen.
func (s *stage) run(pane int, command, shows string) {
	s.enter(pane, command)
	s.until(pane, shows)
}

func (s *stage) enter(pane int, command string) {
	for _, key := range command + "\n" {
		if s.err != nil {
			return
		}
		args := []string{"send-keys", "-t", name(pane), "-l", string(key)}
		if key == '\n' {
			args = []string{"send-keys", "-t", name(pane), "Enter"}
		}
		if _, s.err = s.tmux(args...); s.err == nil {
			s.pause(typeEvery)
		}
	}
}

// ask types a command into the shell, waits for its end, and returns what it has printed.
func (s *stage) ask(command string) string {
	s.enter(shell, command)
	last := command[strings.LastIndexByte(command, '\n')+1:]
	screen := s.await(shell, "the end of "+command, func(screen string) bool {
		_, after, typed := cutLast(screen, last)
		return typed && strings.HasSuffix(after, "\n"+strings.TrimSpace(prompt))
	})
	_, after, _ := cutLast(screen, last)
	s.pause(700 * time.Millisecond) // to read it
	return strings.TrimSuffix(strings.TrimPrefix(after, "\n"), "\n"+strings.TrimSpace(prompt))
}

// cutLast cuts around the last place of a part.
func cutLast(text, part string) (before, after string, found bool) {
	at := strings.LastIndex(text, part)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(part):], true
}

func (s *stage) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.ctx.Done():
		s.err = s.ctx.Err()
	}
}
