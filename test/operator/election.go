package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/leaderelection"
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

// newRunID is 8 hexadecimal digits.
func newRunID() string { return strings.ReplaceAll(string(uuid.NewUUID()), "-", "")[:8] }

// lead takes part in the election until ctx ends (nil) or the lease is lost.
func (o *operator) lead(ctx context.Context, config *rest.Config, lock resourcelock.Interface) error {
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

// newLock is controller-runtime's own, with its identity: `<hostname>_<uuid>`.
func (o options) newLock(config *rest.Config) (resourcelock.Interface, error) {
	lock, err := leaderelection.NewResourceLock(config, noEvents{}, leaderelection.Options{
		LeaderElection:          true,
		LeaderElectionID:        o.leaseName,
		LeaderElectionNamespace: o.leaseNamespace,
		RenewDeadline:           o.renewDeadline,
	})
	if lease, ok := lock.(*resourcelock.LeaseLock); ok && o.hostname != "" {
		_, id, _ := strings.Cut(lease.LockConfig.Identity, "_")
		lease.LockConfig.Identity = o.hostname + "_" + id
	}
	return lock, err
}

// noEvents gives recorders that record nothing: the operator may not write
// events.
type noEvents struct{}

// GetEventRecorderFor implements recorder.Provider.
func (noEvents) GetEventRecorderFor(string) record.EventRecorder { return &record.FakeRecorder{} }

// GetEventRecorder implements recorder.Provider.
func (noEvents) GetEventRecorder(string) events.EventRecorder { return &events.FakeRecorder{} }
