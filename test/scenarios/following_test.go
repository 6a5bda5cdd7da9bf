package scenarios

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// following is all that follows one leadership while something goes wrong: a port-forward under load, logs -f, watch, and an
// assert that waits for the next leader.
type following struct {
	ns, by *namespace // by: as who follows sees it

	forward, logs, watch, changed *process
	url                           string
	first                         string // who led in the beginning
	unseen                        bool   // leaders came and went while nobody could know of them
	sockets                       int    // that the port-forward had open before anybody connected

	witness  *chronicler
	load     *client
	stopLoad func()
	breaks   string    // as of the fault
	provoked time.Time // when the fault was over
}

// follow starts following, as a user may (by) whose way to the API server may lead through a proxy of the test.
func follow(t *testing.T, ns, by *namespace) *following {
	t.Helper()
	f := &following{ns: ns, first: ns.holder(t), witness: chronicle(t, ns)}
	f.forward, f.url = forwarded(t, by)
	f.sockets = f.forward.sockets(t)
	f.logs = start(t, by, "logs", "-f", "demo-operator")
	f.logs.stdout.until(t, "a line", numberedLine)
	f.watch = start(t, by, "watch", "demo-operator", "-o", "json")
	f.watch.untilEvents(t, 1, "Initial")
	f.changed = start(t, by, "assert", "demo-operator", "--changed-from="+f.first, "--port=8080", "--path=/state", "--jq=leader", "--equals=true", "-o", "json", "--timeout=10m")
	f.load, f.stopLoad = newClient(t, f.url)
	return f
}

// settle checks that all of them have come through: they are with the leader of the moment, and with the next one, have told
// and printed everything once, and nothing is left over of what they did meanwhile.
func (f *following) settle(t *testing.T) {
	t.Helper()
	f.untilSteady(t)
	now := f.ns.atLeader(t, f.url)
	// Who reads once a second has to see it before it is gone.
	f.logs.stdout.until(t, "the leader's lines", func(text string) bool { return strings.Contains(text, "pod="+now.Pod) })
	f.ns.deleteLeader(t)
	then := f.ns.atLeader(t, f.url)
	f.stopLoad()
	f.checkAsks(t)
	f.watch.stdout.until(t, "the next leader", func(text string) bool {
		told := events(t, text)
		last := told[len(told)-1]
		return last.After.Pod.Name == then.Pod && last.State == "Held" && last.Reason == ""
	})
	var report assertReport
	if code := f.changed.wait(t); code != 0 || json.Unmarshal([]byte(f.changed.stdout.String()), &report) != nil {
		t.Errorf("assert ends with %d:\n%s", code, f.changed.stdout)
	} else if pod := report.Checkpoints[0].Checks[1].Term.Pod; pod == "" || pod == f.first {
		t.Errorf("assert --changed-from=%s has a verdict on %q", f.first, pod)
	}
	logged := truth(t, f.ns)
	if f.unseen { // whoever came and went meanwhile is gone, and so is its log
		logged = slices.DeleteFunc(logged, func(line string) bool {
			return runOf(line) != now.Run && runOf(line) != then.Run
		})
	}
	checkLines(t, f.ns, f.logs, logged)
	f.nothingLeft(t)
}

// untilSteady waits until some have asked within a term after the fault: those are connections that nothing may cut. After a
// fault many more wait, and come first.
func (f *following) untilSteady(t *testing.T) {
	t.Helper()
	const some = 10
	for deadline := time.Now().Add(patience); ; <-time.After(100 * time.Millisecond) { // answers and renewals are no events
		steady, terms := 0, f.known()
		for _, a := range f.load.seen() {
			if a.began.After(f.provoked) && during(terms, a) != nil {
				steady++
			}
		}
		if steady >= some {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("port-forward: %d connections within a term after the fault, want %d", steady, some)
		}
	}
}

// checkAsks checks that no connection was refused, and that one was cut, or reached another, only as a term ended.
func (f *following) checkAsks(t *testing.T) {
	t.Helper()
	within, excused := 0, 0
	terms := f.known()
	for _, a := range f.load.asks {
		if errors.Is(a.err, syscall.ECONNREFUSED) {
			t.Fatalf("port-forward: a connection was refused: %v", a.err)
		}
		term := during(terms, a)
		if term == nil {
			continue
		}
		within++
		switch {
		case a.err == nil && a.state.Pod == term.pod:
		case f.breaks != "" && a.began.Before(f.provoked):
			excused++
		default:
			t.Errorf("port-forward: %s led from before %s until after %s, and %+v answered (%v)",
				term.pod, a.began.Format(time.StampMilli), a.ended.Format(time.StampMilli), a.state, a.err)
		}
	}
	t.Logf("%d connections, %d of them within a term, of which %d broke: %s", len(f.load.asks), within, excused, cmp.Or(f.breaks, "none may"))
}

// during is the one of these terms that lasted from before somebody asked until after that, nil for none.
func during(terms []reign, a ask) *reign {
	i := slices.IndexFunc(terms, func(r reign) bool { return a.began.After(r.from) && a.ended.Before(r.to) })
	if i < 0 {
		return nil
	}
	return &terms[i]
}

// known are the terms, each from when port-forward was known to know of it: somebody who asked in it was answered by its pod.
func (f *following) known() (terms []reign) {
	asks := f.load.seen()
	for _, r := range f.witness.past() {
		var first time.Time
		for _, a := range asks {
			if a.err == nil && a.state.Pod == r.pod && a.began.After(r.from) && (first.IsZero() || a.ended.Before(first)) {
				first = a.ended
			}
		}
		if !first.IsZero() && first.Before(r.to) {
			terms = append(terms, reign{pod: r.pod, from: first, to: r.to})
		}
	}
	return terms
}

// caughtUp waits until logs has printed what is logged now: it reads again then, if it was cut off.
func (f *following) caughtUp(t *testing.T) {
	t.Helper()
	post(t, f.url+"/burst?lines=1")
	logged := truth(t, f.ns)
	untilPrinted(t, f.logs, logged)
}

// nothingLeft counts what port-forward and watch still have when all is quiet: sockets, goroutines, the port.
func (f *following) nothingLeft(t *testing.T) {
	t.Helper()
	f.forward.untilIdle(t, f.url, f.sockets)
	const most = 100 // an idle port-forward has some 40, a watch some 30
	for _, p := range []*process{f.forward, f.watch} {
		p.end(t, syscall.SIGQUIT) // makes Go print all goroutines
		dump := p.stderr.String()
		if count := strings.Count(dump, "\ngoroutine "); count == 0 || count > most {
			t.Errorf("%v has %d goroutines", p.cmd.Args[1:2], count)
		}
		if serving := strings.Count(dump, "tunnel.(*Forwarder).serve("); serving > 0 {
			t.Errorf("port-forward still serves %d connections, and nobody is connected", serving)
		}
	}
}

// untilIdle waits until a port-forward has no connection of a client left, and as few sockets as
// before anybody connected.
func (p *process) untilIdle(t *testing.T, url string, before int) {
	t.Helper()
	const spare = 4                                                                    // a tunnel in hand, a watch that was opened anew
	for deadline := time.Now().Add(patience); ; <-time.After(100 * time.Millisecond) { // there is no event for a socket that closes
		clients, open := connections(t, url), p.sockets(t)
		if clients == 0 && open <= before+spare {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("port-forward has %d sockets open, %d of them to clients, and had %d before anybody connected", open, clients, before)
			return
		}
	}
}

// connections counts the connections to the port of a URL whose listening side has them open; 0
// where the system does not tell.
func connections(t *testing.T, url string) (open int) {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return 0
	}
	const listens, closed = "0A", "0" // a state, and the inode of a socket that no process has
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line) // sl local remote state queues timer retransmits uid timeout inode
		if len(fields) > 9 && strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", number)) && fields[3] != listens && fields[9] != closed {
			open++
		}
	}
	return open
}

// sockets counts the open sockets of the process; 0 where the system does not tell.
func (p *process) sockets(t *testing.T) (open int) {
	t.Helper()
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, "socket:") {
			open++
		}
	}
	return open
}
