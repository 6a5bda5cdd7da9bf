package main

import (
	"errors"
	"time"

	"github.com/spf13/pflag"
)

// options are the flags, and what the Downward API says of the pod.
type options struct {
	pod       string
	namespace string

	leaseName       string
	leaseNamespace  string
	leaseDuration   time.Duration
	renewDeadline   time.Duration
	retryPeriod     time.Duration
	releaseOnCancel bool
	reconcileEvery  time.Duration
	listen          string
	listenEnv       string // LISTEN_ADDR
	hostname        string // HOSTNAME_OVERRIDE: of a pod that has none of its own
}

// defaultOptions reads POD_NAME, POD_NAMESPACE, LISTEN_ADDR and
// HOSTNAME_OVERRIDE from getenv.
func defaultOptions(getenv func(string) string) *options {
	return &options{
		pod:             getenv("POD_NAME"),
		namespace:       getenv("POD_NAMESPACE"),
		leaseName:       "demo-operator",
		leaseDuration:   15 * time.Second,
		renewDeadline:   10 * time.Second,
		retryPeriod:     2 * time.Second,
		releaseOnCancel: true,
		reconcileEvery:  200 * time.Millisecond,
		listenEnv:       getenv("LISTEN_ADDR"),
		hostname:        getenv("HOSTNAME_OVERRIDE"),
	}
}

func (o *options) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.leaseName, "lease-name", o.leaseName, "Name of the Lease of the election.")
	flags.StringVar(&o.leaseNamespace, "lease-namespace", "", "Namespace of the Lease (default: the pod's).")
	flags.DurationVar(&o.leaseDuration, "lease-duration", o.leaseDuration, "How long a follower waits for a silent leader.")
	flags.DurationVar(&o.renewDeadline, "renew-deadline", o.renewDeadline, "How long the leader tries to renew before it gives up.")
	flags.DurationVar(&o.retryPeriod, "retry-period", o.retryPeriod, "Pause between two tries to acquire or renew.")
	flags.BoolVar(&o.releaseOnCancel, "release-on-cancel", o.releaseOnCancel, "Give the Lease up on a clean end.")
	flags.DurationVar(&o.reconcileEvery, "reconcile-every", o.reconcileEvery, "Pause between two reconciles of the leader.")
	flags.StringVar(&o.listen, "listen", ":8080", "Address to serve on; the variable LISTEN_ADDR wins.")
}

func (o *options) complete() error {
	if o.pod == "" || o.namespace == "" {
		return errors.New("POD_NAME and POD_NAMESPACE must be set")
	}
	if o.leaseNamespace == "" {
		o.leaseNamespace = o.namespace
	}
	if o.listenEnv != "" { // whoever runs the process knows its address
		o.listen = o.listenEnv
	}
	if o.reconcileEvery <= 0 {
		return errors.New("--reconcile-every must be positive")
	}
	return nil
}
