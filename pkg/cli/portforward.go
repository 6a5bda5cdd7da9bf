package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
	"github.com/kubectl-leader/kubectl-leader/pkg/tunnel"
)

// probeWithin bounds the first tunnel of a port-forward.
const probeWithin = 10 * time.Second

const portForwardExample = `  # Listen on port 8080 locally, forwarding to port 8080 of whoever leads
  kubectl leader port-forward my-operator-leader 8080

  # Listen on port 5000 locally, forwarding to the leader's port named metrics
  kubectl leader port-forward my-operator-leader 5000:metrics

  # Listen on a random port locally, and print the ports as JSON for a script
  kubectl leader port-forward my-operator-leader :8080 -o json

  # Listen on all addresses
  kubectl leader port-forward --address 0.0.0.0 my-operator-leader 8888:8080

  # Forward while a command runs, and exit with its code
  kubectl leader port-forward my-operator-leader :8080 -- \
    sh -c 'curl -s localhost:$LOCAL_PORT/metrics'`

// portForwardOptions are the flags of port-forward.
type portForwardOptions struct {
	lockOptions
	addresses      []string
	timeout        time.Duration
	timeoutGiven   bool
	exitOnFailover bool
	output         string
	verbosity      func() int
	streams        genericiooptions.IOStreams

	ports   []tunnel.Port
	command []string
}

func newPortForwardCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams, verbosity func() int) *cobra.Command {
	o := &portForwardOptions{lockOptions: lockOptions{config: config}, verbosity: verbosity, streams: streams}
	cmd := &cobra.Command{
		Use:                   "port-forward LOCK [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N] [-- COMMAND [args...]]",
		DisableFlagsInUseLine: true,
		Short:                 "Forward local ports to the pod that leads",
		Long: `Forward one or more local ports to the pod that leads.

 The local ports stay open for the whole run. Each new connection goes to the leader of that moment; while there is none
 it waits, up to --timeout, and is not refused. When a term ends its connections are closed, and the next ones go to the
 new leader.

 After "--" a command is run while the ports are forwarded, with LEADER_POD and LEADER_NAMESPACE, LOCAL_PORT (the first
 one) and LOCAL_PORT_<remote> for each port in its environment; the exit code is the command's.`,
		Example: example(name, portForwardExample),
		RunE:    withLock(o.complete, o.run),
	}
	o.addFlags(cmd)
	cmd.Flags().StringSliceVar(&o.addresses, "address", []string{"localhost"}, "Addresses to listen on (comma separated). Only accepts IP addresses or localhost as a value. When localhost is supplied, both 127.0.0.1 and ::1 are bound, as far as the machine has them; a port that is taken on one of them is an error.")
	cmd.Flags().DurationVar(&o.timeout, "timeout", time.Minute, "How long to wait for a leader: at the start, and then each connection. Must be positive. If it is not given, at least twice the duration of the Lease plus 15s.")
	cmd.Flags().DurationVar(&o.timeout, "pod-running-timeout", time.Minute, "The same as --timeout.")
	cmd.Flags().BoolVar(&o.exitOnFailover, "exit-on-failover", false, "Exit with 1 when the term ends, instead of going on with the next leader.")
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "Output format. One of: (json). json prints one object with the bound ports once they are ready.")
	cmd.ValidArgsFunction = o.completeLockAndPorts
	completeFlag(cmd, "output", oneOf("json"))
	completeFlag(cmd, "address", oneOf("localhost", "127.0.0.1", "0.0.0.0", "::1", "::"))
	return cmd
}

func (o *portForwardOptions) complete(cmd *cobra.Command, args []string) (err error) {
	if dash := cmd.ArgsLenAtDash(); dash >= 0 {
		args, o.command = args[:dash], args[dash:]
		if len(o.command) == 0 {
			return usageError(cmd, "a command is required after --")
		}
		if _, err := exec.LookPath(o.command[0]); err != nil {
			return usageError(cmd, "%v", err)
		}
		o.config.stdinUse = "used by the command after --"
	}
	specs, err := o.takeLock(cmd, args)
	switch {
	case err != nil:
		return err
	case len(specs) == 0 && o.lease == "":
		return usageError(cmd, "at least 1 PORT is required for port-forward after LOCK (%q)", args[0])
	case len(specs) == 0:
		return usageError(cmd, "at least 1 PORT is required for port-forward")
	case o.timeout <= 0:
		return usageError(cmd, "--timeout must be positive")
	case o.output != "" && !strings.EqualFold(o.output, "json"):
		return usageError(cmd, "unable to match a printer suitable for the output format %q, allowed formats are: json", o.output)
	case o.output != "" && o.command != nil:
		return usageError(cmd, "-o json and a command after -- exclude each other: stdout is the command's, and it has the ports in its environment")
	}
	o.timeoutGiven = cmd.Flags().Changed("timeout") || cmd.Flags().Changed("pod-running-timeout")
	taken := map[int]bool{}
	for _, spec := range specs {
		port, err := tunnel.ParsePort(spec)
		if err == nil && !isPort(port.Remote) && o.lease != "" {
			return twice(cmd, spec)
		}
		if err == nil && !isPort(port.Remote) {
			err = fmt.Errorf("invalid port %q: %q is neither a number nor a port name", spec, port.Remote)
		}
		if local := port.Local; err == nil && local != 0 {
			if local == tunnel.SameAsRemote {
				local, _ = strconv.Atoi(port.Remote) // a name has no number yet
			}
			if local != 0 && taken[local] {
				err = fmt.Errorf("local port %d is given twice", local)
			}
			taken[local] = true
		}
		if err != nil {
			return usageError(cmd, "%v", err)
		}
		o.ports = append(o.ports, port)
	}
	return nil
}

// isPort reports whether the text can be a port's number or name.
func isPort(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil || len(validation.IsValidPortName(text)) == 0
}

// forwardGC keeps the buffers of what is carried within the processor's caches, and spares a quarter of the memory of many busy
// connections (see docs/performance.md).
const forwardGC = 50

func (o *portForwardOptions) run(ctx context.Context) (err error) {
	cluster, err := o.connect()
	if err != nil {
		return err
	}
	boundBy(cluster.finder, o.timeout)
	screen := newScreen(o.streams)
	tell := screen.notice
	// A command after "--" gets the signals, and keeps its ports until it has ended: from its start on, a signal does not
	// end what runs here.
	signalled := ctx
	ctx, stop := context.WithCancelCause(context.WithoutCancel(signalled))
	onlyChild := context.AfterFunc(signalled, func() { stop(context.Cause(signalled)) })
	defer onlyChild()
	collectAt(forwardGC)
	done := screen.asking()
	stream, err := cluster.finder.Follow(ctx, tell)
	done()
	if err != nil {
		stop(nil)
		return err
	}
	defer func() { stop(nil); <-stream.Done() }()
	if !o.timeoutGiven {
		o.timeout = stream.Latest().DefaultWait(o.timeout)
	}

	// Ports that need no pod are bound first: whoever connects while there is no leader waits, and is not refused.
	listeners, err := o.listenEarly()
	if err != nil {
		return err
	}
	defer func() { tunnel.Close(listeners) }()
	first, err := firstLeader(ctx, stream, o.timeout, screen)
	if err != nil {
		return causeOf(ctx, err)
	}
	for _, port := range o.ports {
		if _, err := port.RemoteNumber(first.Pod); err != nil {
			return err
		}
	}
	if listeners == nil {
		if listeners, err = tunnel.Listen(o.ports, o.addresses, first.Pod); err != nil {
			return err
		}
	}
	forwarder := &tunnel.Forwarder{
		Leaders: stream, Dial: cluster.dialer(),
		Timeout: o.timeout, Notice: tell, Trace: func(string) {},
	}
	if o.verbosity() > 0 {
		forwarder.Trace = tell
	}
	done = screen.waiting(time.Now(), func(waited time.Duration) string {
		return fmt.Sprintf("opening a tunnel to pod %s for %s", first.Pod.Name, leader.Age(waited))
	})
	err = probe(ctx, forwarder, first)
	done()
	if err != nil && tunnel.Denied(err) {
		return fmt.Errorf("pod %s/%s: %w", first.Pod.Namespace, first.Pod.Name, err)
	}
	forwarding := make(chan struct{})
	go func() { defer close(forwarding); forwarder.Run(ctx, listeners) }()
	telling := make(chan struct{})
	go func() { defer close(telling); o.tellChanges(ctx, first, tell, stop) }()
	defer func() { stop(nil); <-forwarding; <-telling }()

	if err := o.announce(listeners, first); err != nil && !readerGone(err) {
		return err // `| head -n 1` has read the ports and wants them forwarded
	}
	if o.command != nil {
		env := environment(listeners, first)
		if !onlyChild() {
			return context.Cause(signalled) // just before the command began
		}
		err = runChild(ctx, o.command, env, o.streams)
		var lost answerNo
		if errors.As(context.Cause(ctx), &lost) {
			return lost // the command was ended for it
		}
		var own *exec.ExitError
		if err == nil || errors.As(err, &own) {
			return childEnded{err}
		}
		return err
	}
	screen.vacancies(ctx, stream)
	<-ctx.Done()
	return context.Cause(ctx)
}

// probe opens the first tunnel. Only a denial counts: anything else may be over when the first client comes.
func probe(ctx context.Context, forwarder *tunnel.Forwarder, first *leader.Change) error {
	ctx, cancel := login.WithTimeout(ctx, probeWithin)
	defer cancel()
	return forwarder.Probe(ctx, first.Pod)
}

// listenEarly binds the ports, unless one of them gets its number from the leader's pod.
func (o *portForwardOptions) listenEarly() ([]tunnel.Listener, error) {
	for _, port := range o.ports {
		if port.NeedsPod() {
			return nil, nil
		}
	}
	return tunnel.Listen(o.ports, o.addresses, nil)
}

// tellChanges prints a line per change of leader, and ends the command on the first with --exit-on-failover.
func (o *portForwardOptions) tellChanges(ctx context.Context, first *leader.Change, tell func(string), stop context.CancelCauseFunc) {
	warnNotReady(first.Status, tell)
	for change := first; ; {
		next, err := change.Next(ctx)
		if err != nil {
			return
		}
		switch {
		case o.exitOnFailover && !next.Continues(first.Status):
			stop(answerNo{fmt.Errorf("the term of pod %s has ended: %s", first.Pod.Name, next.Message())})
			return
		case next.NewLeader():
			tell(next.Handover())
			warnNotReady(next.Status, tell)
		case next.WorthTelling(change.Status) && !o.exitOnFailover:
			tell(next.MessageWith("; connections wait for a leader"))
		case next.Led() && !change.Led():
			tell(next.Handover())
		}
		change = next
	}
}

func warnNotReady(status leader.Status, tell func(string)) {
	if !leader.Ready(status.Pod) {
		tell(fmt.Sprintf("pod %s leads but is not ready", status.Pod.Name))
	}
}
