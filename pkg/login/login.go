// Package login knows when a credential plugin of the kubeconfig is at work. It may open a browser
// or ask on the terminal, and takes as long as its user does: what bounds the answers of a cluster
// must not count that time, and nothing else must be drawn over its prompt. A process has one
// terminal, and client-go runs the plugins of a process one at a time, so there is one such
// knowledge.
package login

import (
	"sync"
	"time"

	"k8s.io/client-go/tools/metrics"
)

// state is what is known of the plugins of this process.
type state struct {
	mu        sync.Mutex
	running   int
	since     time.Time     // of the first of those that run
	spent     time.Duration // by those that have ended
	over      []func()      // to be called once none runs
	listeners map[*func(running bool)]bool
}

func newState() *state { return &state{listeners: map[*func(bool)]bool{}} }

var shared = sync.OnceValue(newState)

// Watch begins to hear of the plugins, from client-go. It tells nobody of them but its metrics: the
// check of the policy comes right before a plugin is started, the count of its calls right after
// its end (client-go plugin/pkg/client/auth/exec refreshCredsLocked). Watch must be called before
// the first request is sent.
func Watch() {
	s := shared()
	metrics.Register(metrics.RegisterOpts{ExecPluginPolicyCalls: begins{s}, ExecPluginCalls: ends{s}})
}

type begins struct{ *state }

func (b begins) Increment(status string) {
	if status == "allowed" {
		b.begin()
	}
}

type ends struct{ *state }

func (e ends) Increment(int, string) { e.end() }

func (s *state) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running++; s.running > 1 {
		return
	}
	s.since = time.Now()
	for listener := range s.listeners {
		(*listener)(true)
	}
}

func (s *state) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == 0 {
		return // it began before anybody listened
	}
	if s.running--; s.running > 0 {
		return
	}
	s.spent += time.Since(s.since)
	for listener := range s.listeners {
		(*listener)(false)
	}
	for _, f := range s.over {
		go f()
	}
	s.over = nil
}

// soFar is the time that plugins have taken so far, and whether one runs now.
func (s *state) soFar() (spent time.Duration, running bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running > 0 {
		return s.spent + time.Since(s.since), true
	}
	return s.spent, false
}

// afterwards calls a function once no plugin runs.
func (s *state) afterwards(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running > 0 {
		s.over = append(s.over, f)
		return
	}
	go f()
}

// Listen calls a function right before a plugin is started, and when it has ended; at once if one
// runs already. The function must not block. What is returned ends that.
func Listen(listener func(running bool)) (stop func()) {
	s := shared()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[&listener] = true
	if s.running > 0 {
		listener(true)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, &listener)
	}
}

// Stopwatch measures time without that of plugins.
type Stopwatch struct {
	state  *state
	began  time.Time
	before time.Duration
}

// Start starts a Stopwatch.
func Start() Stopwatch { return shared().start() }

func (s *state) start() Stopwatch {
	before, _ := s.soFar()
	return Stopwatch{state: s, began: time.Now(), before: before}
}

// Elapsed is the time since Start.
func (w Stopwatch) Elapsed() time.Duration {
	spent, _ := w.state.soFar()
	return time.Since(w.began) - (spent - w.before)
}
