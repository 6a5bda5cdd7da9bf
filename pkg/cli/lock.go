package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	coordinationclient "k8s.io/client-go/kubernetes/typed/coordination/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// answerWithin bounds one judgement of a cluster that hangs, unless --request-timeout says otherwise.
const answerWithin = 30 * time.Second

// lockOptions are what every command with a LOCK shares.
type lockOptions struct {
	config         *genericclioptions.ConfigFlags
	lease          string
	leaseNamespace string
	allowExpired   bool
}

func (o *lockOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.lease, "lease", "", "Name of the Lease that the leader holds; the same as LOCK.")
	cmd.Flags().StringVar(&o.leaseNamespace, "lease-namespace", "", "Namespace of the Lease, if it is not the one of the pods.")
	cmd.Flags().BoolVar(&o.allowExpired, "allow-expired", false, "Let the last holder of an expired Lease count as the leader.")
}

// withLock is how a command with a LOCK runs: the command line is checked whole before anything is asked of a cluster.
func withLock(complete func(*cobra.Command, []string) (string, error), run func(context.Context, string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		lock, err := complete(cmd, args)
		if err != nil {
			return err
		}
		return run(cmd.Context(), lock)
	}
}

// takeLock takes LOCK from the first argument, or --lease, and returns the other arguments.
func (o *lockOptions) takeLock(cmd *cobra.Command, args []string) (name string, rest []string, err error) {
	switch {
	case o.lease != "":
		name, rest = o.lease, args
	case len(args) == 0:
		return "", nil, usageError(cmd, "LOCK is required: the name of the Lease that the leader holds")
	default:
		name, rest = args[0], args[1:]
	}
	if kind, after, typed := strings.Cut(name, "/"); typed {
		switch strings.ToLower(kind) {
		case "lease", "leases", "lease.coordination.k8s.io", "leases.coordination.k8s.io":
			name = after
		default:
			return "", nil, usageError(cmd, "%s: locks of kind %q are not supported, only Leases", name, kind)
		}
	}
	if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 {
		return "", nil, usageError(cmd, "%q cannot be the name of a Lease: %s", name, strings.Join(problems, "; "))
	}
	return name, rest, nil
}

// twice is the error of a LOCK that is given both ways.
func twice(cmd *cobra.Command, lock string) error {
	return usageError(cmd, "LOCK (%s) and --lease mean the same: give one of them", lock)
}

// cluster is a connection to the API server, shared by all that a command does.
type cluster struct {
	config *rest.Config
	core   *coreclient.CoreV1Client
	finder *leader.Finder
}

// connect prepares the connection; nothing is sent yet.
func (o *lockOptions) connect(name string) (*cluster, error) {
	config, err := o.config.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	raw, err := o.config.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil, err
	}
	if len(raw.Clusters) == 0 && *o.config.APIServer == "" && strings.HasSuffix(config.Host, "localhost:8080") {
		if files := os.Getenv("KUBECONFIG"); files != "" {
			return nil, fmt.Errorf("%w in KUBECONFIG=%s", errNoCluster, files)
		}
		return nil, errNoCluster // that is kubectl's default of old, where nobody listens any more
	}
	config.UserAgent = "kubectl-leader/" + version
	config.QPS = -1 // a few requests, none of them in a loop: nothing to hold back
	clock := &election.ServerClock{}
	config.Wrap(clock.Wrap)
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	leases, err := coordinationclient.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	core, err := coreclient.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	namespace, _, err := o.config.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, err
	}
	lockNamespace := o.leaseNamespace
	if lockNamespace == "" {
		lockNamespace = namespace
	}
	for _, ns := range []string{namespace, lockNamespace} {
		if problems := validation.IsDNS1123Label(ns); len(problems) > 0 {
			return nil, fmt.Errorf("%q cannot be a namespace: %s", ns, strings.Join(problems, "; "))
		}
	}
	finder := &leader.Finder{
		Lock: election.Ref{Namespace: lockNamespace, Name: name}, PodNamespace: namespace,
		AllowExpired: o.allowExpired, Leases: leases, Pods: core, Clock: clock,
	}
	if config.Timeout == 0 {
		finder.AnswerWithin = answerWithin
	}
	return &cluster{config: config, core: core, finder: finder}, nil
}
