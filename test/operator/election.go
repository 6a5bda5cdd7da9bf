package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	coordinationv1 "k8s.io/client-go/kubernetes/typed/coordination/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// operator is one replica.
type operator struct {
	options
	journal  *journal
	run      string // names this process in the log
	identity string // in the Lease
	stop     context.CancelFunc

	leading    atomic.Bool
	reconciles atomic.Int64
	// working is held during a reconcile: a fault waits for its end.
	working sync.Mutex
}

// newIdentity has the form of controller-runtime's own, `<hostname>_<uuid>`,
// where in a pod the hostname is the pod's name.
func newIdentity(pod string) string { return pod + "_" + string(uuid.NewUUID()) }

// newRunID is 8 hexadecimal digits.
func newRunID() string { return strings.ReplaceAll(string(uuid.NewUUID()), "-", "")[:8] }

// lead takes part in the election until ctx ends (nil) or the lease is lost.
func (o *operator) lead(ctx context.Context) error {
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	lock, err := o.newLock(config)
	if err != nil {
		return err
	}
	uncached := &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}}}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		LeaderElection:                      true,
		LeaderElectionResourceLockInterface: lock,
		LeaderElectionReleaseOnCancel:       o.releaseOnCancel,
		LeaseDuration:                       &o.leaseDuration,
		RenewDeadline:                       &o.renewDeadline,
		RetryPeriod:                         &o.retryPeriod,
		Client:                              client.Options{Cache: uncached},
		Metrics:                             metricsserver.Options{BindAddress: "0"}, // served with the rest
	})
	if err != nil {
		return fmt.Errorf("create manager: %w", err)
	}
	// A RunnableFunc needs leader election, so it runs on the leader alone.
	if err := mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
		return o.reconcileUntil(ctx, mgr.GetClient())
	})); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func (o *operator) newLock(config *rest.Config) (resourcelock.Interface, error) {
	config = rest.AddUserAgent(config, "leader-election")
	// A request that hangs must not eat the whole renew deadline.
	config.Timeout = max(o.renewDeadline/2, time.Second)
	leases, err := coordinationv1.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	lock := &resourcelock.LeaseLock{Client: leases}
	lock.LeaseMeta.Name = o.leaseName
	lock.LeaseMeta.Namespace = o.leaseNamespace
	lock.LockConfig.Identity = o.identity
	return lock, nil
}
