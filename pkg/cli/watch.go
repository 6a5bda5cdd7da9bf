package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// mostWatched bounds the locks of one watch: each takes two watches of the server, or two requests a second where those
// are denied.
const mostWatched = 100

const watchExample = `  # Print a line for each thing that happens to a leadership
  kubectl leader watch my-operator-leader

  # Several locks, of several kinds
  kubectl leader watch my-operator-leader configmap/legacy

  # All elections of all namespaces, new ones included
  kubectl leader watch -A

  # Those whose locks have a label
  kubectl leader watch -l app.kubernetes.io/part-of=my-platform

  # Wait until something happens, for a minute at most
  kubectl leader watch my-operator-leader --count=1 --timeout=1m

  # Print each new leader, for a script
  kubectl leader watch my-operator-leader -o json |
    jq --unbuffered -r 'select(.type | IN("Acquired", "TakenOver"))
      .after.holderIdentity'`

// watchOptions are the flags of watch.
type watchOptions struct {
	lockOptions
	allNamespaces bool
	lockSelector  string
	renewals      bool
	count         int
	timeout       time.Duration
	output        string
	palette       palette
	streams       genericiooptions.IOStreams

	refs []election.Ref // without their namespace; none when all that there are are watched
}

func newWatchCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams) *cobra.Command {
	o := &watchOptions{lockOptions: lockOptions{config: config}, streams: streams}
	cmd := &cobra.Command{
		Use:                   "watch (LOCK... | -A | -l SELECTOR) [-o json]",
		DisableFlagsInUseLine: true,
		Short:                 "Print what happens to a leadership",
		Long: `Print what happens to a leadership, one line each: the lock is acquired, released, taken over, deleted or created, or it
 expires; the leader's pod terminates, is gone, or has restarted. A line that ends a time without a leader tells how long
 that was. The first lines are what there is in the beginning; on a terminal the last one always shows who leads now.

 With -A or -l, all elections that "list" shows are watched, and new ones from their creation on. Like that of "list", -l
 selects locks; what -l is for other commands, a selector of the leader's pod, is --pod-selector here.

 It ends with Ctrl-C (exit code 130), after --count events or after --timeout (exit code 0, also if nothing has happened).
 Then a summary on stderr tells how many terms there were, how long they lasted on average while they were watched, and
 the longest time without a leader; with -o json it is the last object on stdout.`,
		Example: example(name, watchExample),
		RunE:    withLock(o.complete, o.run),
	}
	o.addNameFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "If present, watch the elections across all namespaces. Namespace in current context is ignored even if specified with --namespace.")
	flags.StringVarP(&o.lockSelector, "selector", "l", "", "Selector (label query) to filter the locks on, supports '=', '==', '!=', 'in', 'notin'. All elections that match are watched.")
	flags.StringVar(&o.selector, "pod-selector", "", "Selector (label query) that the leader's pod has to match, where the lock alone does not tell which pod leads.")
	flags.BoolVar(&o.renewals, "renewals", false, "Also print each renewal.")
	flags.IntVar(&o.count, "count", 0, "End after so many events, not counting the first lines; 0 does not end.")
	flags.DurationVar(&o.timeout, "timeout", 0, "End after this time; 0 does not end.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format. One of: (json). json prints one object per line.")
	cmd.ValidArgsFunction = o.completeLocks
	completeFlag(cmd, "output", oneOf("json"))
	return cmd
}

// completeLocks completes one LOCK after another.
func (o *watchOptions) completeLocks(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if o.lease != "" || o.allNamespaces || o.lockSelector != "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return o.locks(cmd, toComplete, args)
}

func (o *watchOptions) complete(cmd *cobra.Command, args []string) (err error) {
	if o.lease != "" && len(args) > 0 {
		return twice(cmd, args[0])
	}
	if o.lease != "" {
		args = []string{o.lease}
	}
	all := o.allNamespaces || cmd.Flags().Changed("selector")
	switch {
	case len(args) == 0 && !all:
		return usageError(cmd, "LOCK is required: the name of a Lease, or TYPE/NAME of another kind of lock; or -A or -l SELECTOR for all elections")
	case len(args) > 0 && all:
		return usageError(cmd, "a LOCK (%s) cannot be given with -A or -l: they say which locks to watch", args[0])
	case all && o.leaseNamespace != "":
		return usageError(cmd, "--lease-namespace cannot be given with -A or -l: -n says where to look for locks")
	case all && o.selector != "":
		return usageError(cmd, "--pod-selector cannot be given with -A or -l: it decides for the leader of one lock")
	case len(args) > mostWatched:
		return usageError(cmd, "%d locks are too many: no more than %d are watched at once", len(args), mostWatched)
	case o.count < 0:
		return usageError(cmd, "--count must not be negative")
	case o.timeout < 0:
		return usageError(cmd, "--timeout must not be negative")
	}
	if o.output = strings.ToLower(o.output); o.output != "" && o.output != "json" {
		return usageError(cmd, "unable to match a printer suitable for the output format %q, allowed formats are: json", o.output)
	}
	if _, err := labels.Parse(o.lockSelector); err != nil {
		return usageError(cmd, "--selector: %v", err)
	}
	if o.selector != "" {
		if o.labels, err = labels.Parse(o.selector); err != nil {
			return usageError(cmd, "--pod-selector: %v", err)
		}
	}
	o.palette = newPalette(cmd, o.streams.Out)
	for _, arg := range args {
		ref, err := election.ParseRef(arg)
		if err != nil {
			return usageError(cmd, "%v", err)
		}
		if !slices.Contains(o.refs, ref) {
			o.refs = append(o.refs, ref)
		}
	}
	return nil
}
