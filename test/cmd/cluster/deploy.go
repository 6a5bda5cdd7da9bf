package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// deployTimeout bounds --wait.
const deployTimeout = 2 * time.Minute

func newDeployCommand(open opener) *cobra.Command {
	o := cluster.DemoOperator()
	var wait bool
	var kubeconfig string
	command := &cobra.Command{
		Use:   "deploy --namespace NAMESPACE",
		Short: "Deploy a demo operator of one's own",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			if kubeconfig == "" {
				kubeconfig = c.Dir.Kubeconfig()
			}
			client, err := cluster.NewClient(kubeconfig)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), deployTimeout)
			defer cancel()
			if err := cluster.Deploy(ctx, client, o); err != nil || !wait {
				return err
			}
			return cluster.WaitForOperator(ctx, client, o)
		},
	}
	flags := command.Flags()
	flags.StringVarP(&o.Namespace, "namespace", "n", o.Namespace, "Namespace to create and to deploy to.")
	flags.StringVar(&o.Name, "name", o.Name, "Name of the Deployment and of the Lease.")
	flags.Int32Var(&o.Replicas, "replicas", o.Replicas, "Number of pods.")
	flags.StringVar(&o.LeaseNamespace, "lease-namespace", "", "Namespace of the Lease (default: the operator's).")
	flags.DurationVar(&o.LeaseDuration, "lease-duration", o.LeaseDuration, "How long a follower waits for a silent leader.")
	flags.DurationVar(&o.RenewDeadline, "renew-deadline", o.RenewDeadline, "How long the leader tries to renew before it gives up.")
	flags.DurationVar(&o.RetryPeriod, "retry-period", o.RetryPeriod, "Pause between two tries to acquire or renew.")
	flags.BoolVar(&o.ReleaseOnCancel, "release-on-cancel", o.ReleaseOnCancel, "Give the Lease up on a clean end.")
	flags.DurationVar(&o.Grace, "grace", o.Grace, "The pods' grace period, in whole seconds.")
	flags.DurationVar(&o.ReconcileEvery, "reconcile-every", o.ReconcileEvery, "Pause between two reconciles.")
	flags.BoolVar(&o.HostNetwork, "host-network", false, "Let the pods share their node's network, and its name.")
	flags.StringVar(&kubeconfig, "kubeconfig", "", "Kubeconfig of another cluster to deploy to, which has the image "+cluster.OperatorImage+".")
	flags.BoolVar(&wait, "wait", false, "Wait for a leader and until all pods are ready.")
	return command
}
