package main

import (
	"context"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reconcileUntil counts on a ticker until ctx ends; it runs on the leader.
func (o *operator) reconcileUntil(ctx context.Context, c client.Client) error {
	o.leading.Store(true)
	isLeader.Set(1)
	defer o.leading.Store(false)
	defer isLeader.Set(0)
	if err := o.writeToken(true); err != nil {
		return err
	}
	defer func() {
		if err := o.writeToken(false); err != nil {
			ctrl.Log.Error(err, "token")
		}
	}()
	o.journal.printf("acquired leader lock pod=%s run=%s identity=%s", o.pod, o.run, o.identity)

	ticker := time.NewTicker(o.reconcileEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := o.reconcile(ctx, c); err != nil && ctx.Err() == nil {
				ctrl.Log.Error(err, "reconcile")
			}
		}
	}
}

func (o *operator) reconcile(ctx context.Context, c client.Client) error {
	o.working.Lock()
	defer o.working.Unlock()
	n, err := o.count(ctx, c)
	if err != nil {
		return err
	}
	o.reconciles.Add(1)
	reconcilesTotal.Inc()
	o.journal.printf("reconciled n=%d pod=%s run=%s", n, o.pod, o.run)
	return nil
}

// count adds one to the ledger and returns the new number.
func (o *operator) count(ctx context.Context, c client.Client) (n int64, err error) {
	ledger := &corev1.ConfigMap{}
	ledger.Namespace, ledger.Name = o.namespace, o.leaseName+"-ledger"
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		err := c.Get(ctx, client.ObjectKeyFromObject(ledger), ledger)
		missing := apierrors.IsNotFound(err)
		if err != nil && !missing {
			return err
		}
		n = nextCount(ledger, o.pod)
		if missing {
			ledger.ResourceVersion = ""
			return c.Create(ctx, ledger)
		}
		return c.Update(ctx, ledger)
	})
	return n, err
}

// nextCount writes the next number and who counted into the ledger; a ledger
// that holds no number starts at 1.
func nextCount(ledger *corev1.ConfigMap, pod string) int64 {
	n, _ := strconv.ParseInt(ledger.Data["n"], 10, 64)
	n++
	if ledger.Data == nil {
		ledger.Data = map[string]string{}
	}
	ledger.Data["n"] = strconv.FormatInt(n, 10)
	ledger.Data["by"] = pod
	return n
}
