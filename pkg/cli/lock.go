package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// lockOptions are what every command with a LOCK shares.
type lockOptions struct {
	config         *connectionFlags
	lease          string
	leaseNamespace string
	selector       string
	allowExpired   bool

	ref    election.Ref // without its namespace, which the connection tells
	labels labels.Selector
}

func (o *lockOptions) addFlags(cmd *cobra.Command) {
	o.addNameFlags(cmd)
	cmd.Flags().StringVarP(&o.selector, "selector", "l", "", "Selector (label query) that the leader's pod has to match, supports '=', '==', '!=', 'in', 'notin'. It decides where the lock alone does not tell which pod leads.")
	cmd.Flags().BoolVar(&o.allowExpired, "allow-expired", false, "Let the last holder of an expired lock count as the leader.")
}

// addNameFlags adds the flags that name the lock, without those that say who can lead.
func (o *lockOptions) addNameFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.lease, "lease", "", "Name of the lock that the leader holds, as NAME or TYPE/NAME; the same as LOCK.")
	cmd.Flags().StringVar(&o.leaseNamespace, "lease-namespace", "", "Namespace of the lock, if it is not the one of the pods.")
	completeFlag(cmd, "lease", o.completeLease)
	completeFlag(cmd, "lease-namespace", namespaces(o.config))
}

// withLock is how a command with a LOCK runs: the command line is checked whole before anything is asked of a cluster.
func withLock(complete func(*cobra.Command, []string) error, run func(context.Context) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := complete(cmd, args); err != nil {
			return err
		}
		return run(cmd.Context())
	}
}

// takeLock takes LOCK from the first argument, or --lease, and returns the other arguments.
func (o *lockOptions) takeLock(cmd *cobra.Command, args []string) (rest []string, err error) {
	name := o.lease
	switch {
	case name != "":
		rest = args
	case len(args) == 0:
		return nil, usageError(cmd, "LOCK is required: the name of the Lease that the leader holds, or TYPE/NAME of another kind of lock")
	default:
		name, rest = args[0], args[1:]
	}
	if o.ref, err = election.ParseRef(name); err != nil {
		return nil, usageError(cmd, "%v", err)
	}
	if o.selector != "" {
		if o.labels, err = labels.Parse(o.selector); err != nil {
			return nil, usageError(cmd, "--selector: %v", err)
		}
	}
	return rest, nil
}

// twice is the error of a LOCK that is given both ways.
func twice(cmd *cobra.Command, lock string) error {
	return usageError(cmd, "LOCK (%s) and --lease mean the same: give one of them", lock)
}

// connect prepares the connection and a finder of LOCK; nothing is sent yet.
func (o *lockOptions) connect() (*cluster, error) {
	c, err := connect(o.config)
	if err != nil {
		return nil, err
	}
	return c, o.aim(c)
}

// aim gives a connection its finder of LOCK.
func (o *lockOptions) aim(c *cluster) error {
	ref := o.ref
	ref.Namespace = cmp.Or(o.leaseNamespace, c.namespace)
	if err := checkNamespace(ref.Namespace); err != nil {
		return err
	}
	c.finder = c.finderOf(ref, c.namespace)
	c.finder.Selector, c.finder.AllowExpired = o.labels, o.allowExpired
	return nil
}
