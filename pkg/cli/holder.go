package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

const holderExample = `  # Print the name of the pod that leads
  kubectl leader holder my-operator-leader

  # Use it in another command
  kubectl exec -it "$(kubectl leader holder my-operator-leader -o name)" -- sh

  # Show the lock as well: who holds it, since when, until when
  kubectl leader holder my-operator-leader -o wide

  # Wait up to a minute for a leader
  kubectl leader holder my-operator-leader --timeout=1m

  # A Lease that lives in another namespace than the pods
  kubectl leader holder cert-manager-controller -n cert-manager \
    --lease-namespace=kube-system`

// holderOptions are the flags of holder.
type holderOptions struct {
	lockOptions
	printFlags
	timeout time.Duration
	palette palette
	streams genericiooptions.IOStreams
}

func newHolderCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams) *cobra.Command {
	o := &holderOptions{lockOptions: lockOptions{config: config}, streams: streams}
	cmd := &cobra.Command{
		Use:                   "holder LOCK [-o name|wide|json|yaml|...]",
		DisableFlagsInUseLine: true,
		Short:                 "Print the pod that leads",
		Long: `Print the name of the pod that leads.

 The lock has to be held and renewed in time, by the clock of the API server, and the pod has to exist and to live; else
 the command says what it found instead and exits with 1.`,
		Example: example(name, holderExample),
		RunE:    withLock(o.complete, o.run),
	}
	o.addFlags(cmd)
	cmd.Flags().DurationVar(&o.timeout, "timeout", 0, "How long to wait for a leader, if there is none; 0 does not wait.")
	o.printFlags.addTo(cmd)
	cmd.Flags().Lookup("output").Usage += " Default: the pod's name alone."
	cmd.ValidArgsFunction = o.completeLock
	return cmd
}

func (o *holderOptions) complete(cmd *cobra.Command, args []string) (err error) {
	if len(args) > 0 && o.lease != "" {
		return twice(cmd, args[0])
	}
	rest, err := o.takeLock(cmd, args)
	o.lowerNames()
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError(cmd, "holder takes one LOCK, got also %q", rest)
	case o.timeout < 0:
		return usageError(cmd, "--timeout must not be negative")
	}
	o.palette = newPalette(cmd, o.streams.Out)
	if _, err := o.printer(); err != nil {
		return usageError(cmd, "%v", err)
	}
	return nil
}

func (o *holderOptions) run(ctx context.Context) error {
	cluster, err := o.connect()
	if err != nil {
		return err
	}
	screen := newScreen(o.streams)
	status, err := o.find(ctx, cluster.finder, screen)
	var none *leader.NoLeader
	if err != nil && !errors.As(err, &none) {
		return err
	}
	printer, printerErr := o.printer()
	if printerErr != nil {
		return printerErr
	}
	if err := printer(o.streams.Out, status); err != nil {
		return err
	}
	tell := screen.notice
	if status.Led() && status.Pod.Namespace != cluster.namespace {
		tell(fmt.Sprintf("pod %s is in namespace %s", status.Pod.Name, status.Pod.Namespace))
	}
	if status.Led() && !leader.Ready(status.Pod) {
		tell(fmt.Sprintf("pod %s leads but is not ready", status.Pod.Name))
	}
	if text := skewNotice(status); text != "" {
		tell(text)
	}
	return err
}

// skewNotice returns a notice of how far the holder's clock is off, "" if it is right.
func skewNotice(s leader.Status) string {
	if s.Lock.Record.Holder == "" {
		return "" // no holder, no clock
	}
	switch skew, zone := s.ClockSkew(), s.Lock.Zone(); {
	case zone > 0:
		return fmt.Sprintf("the lock's times tell no zone, and are %s ahead of UTC", leader.Age(zone))
	case zone < 0:
		return fmt.Sprintf("the lock's times tell no zone, and are %s behind UTC", leader.Age(-zone))
	case skew > 0 && s.Lock.Written.IsZero():
		return fmt.Sprintf("the holder's clock is %s ahead of the API server's, so an expiry will be seen late", leader.Age(skew))
	case skew > 0:
		return fmt.Sprintf("the holder's clock is %s ahead of the API server's", leader.Age(skew))
	case skew < 0:
		return fmt.Sprintf("the holder's clock is %s behind the API server's", leader.Age(-skew))
	}
	return ""
}

// find asks once, and where that finds no leader and the user is willing to wait, follows the lock until it has one. The
// error of a lock without a leader is a *leader.NoLeader, with its verdict in the status.
func (o *holderOptions) find(ctx context.Context, finder *leader.Finder, screen *screen) (leader.Status, error) {
	boundBy(finder, o.timeout)
	done := screen.asking()
	status, err := finder.Find(ctx)
	done()
	if err != nil || status.Led() || o.timeout == 0 {
		return status, cmp.Or(err, status.Err())
	}
	streamCtx, stop := context.WithCancel(ctx)
	stream := finder.FollowFrom(streamCtx, status, screen.notice)
	defer func() { stop(); <-stream.Done() }()
	change, err := firstLeader(ctx, stream, o.timeout, screen)
	var none *leader.NoLeader
	switch {
	case ctx.Err() != nil:
		return leader.Status{}, context.Cause(ctx)
	case errors.As(err, &none):
		return none.Status, err
	}
	return change.Status, err
}

// printer chooses how to print. The plain forms print nothing where there is no leader: stdout is data.
func (o *holderOptions) printer() (func(io.Writer, leader.Status) error, error) {
	switch {
	case o.plain():
		return podName(""), nil
	case o.output == "name":
		return podName("pod/"), nil
	case o.output == "wide":
		return o.printWide, nil
	}
	printer, err := o.printFlags.printer()
	if err != nil {
		return nil, err
	}
	return func(out io.Writer, status leader.Status) error {
		return printer.PrintObj(leaderObject(status), escaped(out))
	}, nil
}

func podName(prefix string) func(io.Writer, leader.Status) error {
	return func(out io.Writer, status leader.Status) error {
		if !status.Led() {
			return nil
		}
		_, err := fmt.Fprintf(out, "%s%s\n", prefix, status.Pod.Name)
		return err
	}
}

func (o *holderOptions) printWide(out io.Writer, status leader.Status) error {
	record := status.Lock.Record
	pod, node := "<none>", "<none>"
	if status.Led() {
		pod, node = status.Pod.Name, status.Pod.Spec.NodeName
		if status.Pod.Namespace != status.Lock.Namespace {
			pod = status.Pod.Namespace + "/" + pod
		}
	}
	expires := in(status.Lock.Expires(), status.Time)
	if status.State == election.Released {
		expires = "<none>"
	}
	w := newTable(out, o.palette)
	w.row(texts("LOCK", "STATE", "IDENTITY", "POD", "NODE", "RENEWED", "EXPIRES", "TRANSITIONS", "RULE")...)
	row := texts(status.Lock.Arg(), string(status.State), orNone(printable(record.Holder)), pod, node, ago(status.Lock.Renewed(), status.Time),
		expires, strconv.Itoa(int(record.Transitions)), orNone(status.Rule))
	row[1].colour = stateColour(status)
	w.row(row...)
	return w.flushRecord()
}

func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// ago and in print a moment against the server's clock in kubectl's short form. That clock is cut to the second: what
// seems to be in the future by less than that is now.
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(max(0, now.Sub(t)).Truncate(time.Second)) + " ago"
}

func in(t, now time.Time) string {
	switch left := t.Sub(now); {
	case t.IsZero():
		return "<never>"
	case left < 0:
		return ago(t, now)
	default:
		return "in " + duration.HumanDuration(left.Truncate(time.Second))
	}
}
