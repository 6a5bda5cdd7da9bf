package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/tail"
)

const logsExample = `  # Print what the leader has logged
  kubectl leader logs my-operator-leader

  # Follow the leadership, from pod to pod
  kubectl leader logs -f my-operator-leader

  # Only what was logged since the leader acquired the lock
  kubectl leader logs my-operator-leader --since-acquired

  # The last 20 lines of one container, with the pod's name before each
  kubectl leader logs my-operator-leader -c manager --tail=20 --prefix

  # What the leader's container said before it restarted
  kubectl leader logs my-operator-leader --previous`

// logsOptions are the flags of logs.
type logsOptions struct {
	lockOptions
	tail.Options
	follow  bool
	timeout time.Duration
	// timeoutGiven is whether the user says how long to wait.
	timeoutGiven bool
	sinceTime    string
	lines        int64
	streams      genericiooptions.IOStreams
}

func newLogsCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams) *cobra.Command {
	o := &logsOptions{lockOptions: lockOptions{config: config}, streams: streams}
	cmd := &cobra.Command{
		Use:                   "logs [-f] [-p] LOCK [-c CONTAINER]",
		DisableFlagsInUseLine: true,
		Short:                 "Print the logs of the pod that leads",
		Long: `Print the logs of the pod that leads.

 With -f the output follows the leadership: it prints what the old leader still has to say, tells on stderr who leads
 now, and goes on with the new leader's log from its acquisition. No line is lost and none is printed twice, also when a
 connection is cut, a log is rotated or the API server restarts.`,
		Example: example(name, logsExample),
		RunE:    withLock(o.complete, o.run),
	}
	o.addFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVarP(&o.follow, "follow", "f", false, "Follow the leadership: stream the logs of whoever leads.")
	flags.BoolVar(&o.SinceAcquired, "since-acquired", false, "Only return logs of the present term, from the leader's acquisition of the lock.")
	flags.StringVar(&o.sinceTime, "since-time", "", "Only return logs after a specific date (RFC3339). Defaults to all logs. Only one of since-time / since / since-acquired may be used.")
	flags.DurationVar(&o.Since, "since", 0, "Only return logs newer than a relative duration like 5s, 2m, or 3h. Defaults to all logs. Only one of since-time / since / since-acquired may be used.")
	flags.Int64Var(&o.lines, "tail", -1, "Lines of recent log file to display. Defaults to -1, showing all log lines.")
	flags.Int64Var(&o.LimitBytes, "limit-bytes", 0, "Maximum bytes of logs to return. Defaults to no limit.")
	flags.BoolVar(&o.Timestamps, "timestamps", false, "Include timestamps on each line in the log output.")
	flags.BoolVar(&o.Prefix, "prefix", false, "Prefix each log line with the log source (pod name and container name).")
	flags.BoolVarP(&o.Previous, "previous", "p", false, "If true, print the logs for the previous instance of the container in a pod if it exists.")
	flags.StringVarP(&o.Container, "container", "c", "", "Print the logs of this container.")
	flags.BoolVar(&o.AllContainers, "all-containers", false, "Get all containers' logs in the pod(s).")
	flags.BoolVar(&o.IgnoreErrors, "ignore-errors", false, "If watching / following pod logs, allow for any errors that occur to be non-fatal.")
	flags.IntVar(&o.MaxStreams, "max-log-requests", 5, "Specify maximum number of containers to follow at a time.")
	flags.BoolVar(&o.InsecureSkipTLSVerifyBackend, "insecure-skip-tls-verify-backend", false, "Skip verifying the identity of the kubelet that logs are requested from. In theory, an attacker could provide invalid log content back. You might want to use this if your kubelet serving certificates have expired.")
	flags.DurationVar(&o.timeout, "timeout", 0, "How long to wait for the first leader, if there is none. Defaults to 1m with -f, and at least twice the duration of the Lease plus 15s; to not waiting without.")
	flags.DurationVar(&o.timeout, "pod-running-timeout", 0, "The same as --timeout.")
	cmd.ValidArgsFunction = o.completeLockAndContainer
	completeFlag(cmd, "container", o.completeContainer)
	return cmd
}

func (o *logsOptions) complete(cmd *cobra.Command, args []string) (err error) {
	if o.lease != "" && len(args) > 0 {
		return twice(cmd, args[0])
	}
	rest, err := o.takeLock(cmd, args)
	if err != nil {
		return err
	}
	if len(rest) == 1 && o.Container == "" {
		o.Container, rest = rest[0], nil
	}
	begins := 0
	for _, given := range []bool{o.SinceAcquired, o.sinceTime != "", o.Since != 0} {
		if given {
			begins++
		}
	}
	switch {
	case len(rest) > 0 && o.Container != "":
		return usageError(cmd, "only one of -c or an inline [CONTAINER] arg is allowed")
	case begins > 1:
		return usageError(cmd, "at most one of --since-time, --since and --since-acquired may be used")
	case o.AllContainers && o.Container != "":
		return usageError(cmd, "--all-containers=true should not be specified with container name %s", o.Container)
	case o.LimitBytes < 0:
		return usageError(cmd, "--limit-bytes must be greater than 0")
	case o.Since < 0:
		return usageError(cmd, "--since must be greater than 0")
	case o.lines < -1:
		return usageError(cmd, "--tail must be greater than or equal to -1")
	case o.MaxStreams < 1:
		return usageError(cmd, "--max-log-requests must be at least 1")
	case o.timeout < 0:
		return usageError(cmd, "--timeout must not be negative")
	case o.Previous && o.SinceAcquired:
		return usageError(cmd, "--previous and --since-acquired exclude each other: the present term is not in a previous instance's log")
	}
	if o.sinceTime != "" {
		t, err := time.Parse(time.RFC3339, o.sinceTime)
		if err != nil {
			return usageError(cmd, "--since-time: %q is not a date of RFC3339, like 2026-01-31T12:00:00Z", o.sinceTime)
		}
		o.SinceTime = &metav1.Time{Time: t}
	}
	if o.lines >= 0 {
		o.Tail = &o.lines
	}
	if o.Previous {
		o.follow = false // what a previous instance said does not grow
	}
	o.timeoutGiven = cmd.Flags().Changed("timeout") || cmd.Flags().Changed("pod-running-timeout")
	if o.follow && !o.timeoutGiven {
		o.timeout = time.Minute
	}
	return nil
}

func (o *logsOptions) run(ctx context.Context) error {
	cluster, err := o.connect()
	if err != nil {
		return err
	}
	boundBy(cluster.finder, o.timeout)
	screen := newScreen(o.streams)
	tailer := &tail.Tailer{Options: o.Options, Pods: cluster.kube, Clock: cluster.finder.Clock, Out: screen.data(), Notice: screen.notice}
	return untilEnd(ctx, func() error { return o.print(ctx, cluster, tailer, screen) })
}

func (o *logsOptions) print(ctx context.Context, cluster *cluster, tailer *tail.Tailer, screen *screen) error {
	if !o.follow && o.timeout == 0 {
		done := screen.asking()
		status, err := cluster.finder.Find(ctx)
		done()
		if err != nil {
			return err
		}
		if err := status.Err(); err != nil {
			return err
		}
		return tailer.Snapshot(ctx, status)
	}
	streamCtx, stop := context.WithCancel(ctx)
	done := screen.asking()
	stream, err := cluster.finder.Follow(streamCtx, screen.notice)
	done()
	if err != nil {
		stop()
		return err
	}
	defer func() { stop(); <-stream.Done() }()
	if o.follow && !o.timeoutGiven {
		o.timeout = stream.Latest().DefaultWait(o.timeout)
	}
	first, err := firstLeader(ctx, stream, o.timeout, screen)
	if err != nil {
		return err
	}
	if !o.follow {
		return tailer.Snapshot(ctx, first.Status)
	}
	if !screen.piped() {
		shown := make(chan struct{})
		go func() { defer close(shown); screen.vacancies(streamCtx, stream) }()
		defer func() { stop(); <-shown }()
	}
	return tailer.Follow(ctx, stream)
}
