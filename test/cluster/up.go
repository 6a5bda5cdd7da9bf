package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// upTimeout bounds all of up; a slow machine needs a fraction of it.
const upTimeout = 3 * time.Minute

// Extent is how much of a cluster Up starts.
type Extent int

const (
	Bare   Extent = iota // etcd and kube-apiserver: a store of objects in which nothing happens by itself
	NoDemo               // all components and the nodes
	Demo                 // and the demo operator
)

// Up makes the cluster run: it starts what does not, and with Demo deploys the
// demo operator if there is none, and waits for its leader.
func (c *Cluster) Up(ctx context.Context, extent Extent) error {
	ctx, cancel := context.WithTimeout(ctx, upTimeout)
	defer cancel()
	if err := c.startAll(ctx, extent); err != nil {
		return err
	}
	if extent == Bare {
		return nil
	}
	client, err := c.Client()
	if err != nil {
		return err
	}
	if err := c.step("nodes", func() error {
		if err := c.nodes.apply(ctx, client); err != nil {
			return err
		}
		return c.nodes.waitFor(ctx, client)
	}); err != nil {
		return err
	}
	if extent == NoDemo {
		return nil
	}
	return c.step("demo operator and its leader", func() error { return deployDemo(ctx, client) })
}

// deployDemo leaves an existing demo operator as it was changed by hand: some
// of its pods may hang, or be scaled away.
func deployDemo(ctx context.Context, client kubernetes.Interface) error {
	o := DemoOperator()
	_, err := client.AppsV1().Deployments(o.Namespace).Get(ctx, o.Name, metav1.GetOptions{})
	switch {
	case err == nil:
		return waitForLeader(ctx, client, o)
	case !apierrors.IsNotFound(err):
		return err
	}
	if err := Deploy(ctx, client, o); err != nil {
		return err
	}
	return WaitForOperator(ctx, client, o)
}

// startAll starts the components. A port that was free when it was picked may
// be taken when it is used; a cluster that never ran then gets others.
func (c *Cluster) startAll(ctx context.Context, extent Extent) error {
	const tries = 3
	_, err := os.Stat(c.Dir.Kubeconfig())
	fresh := errors.Is(err, os.ErrNotExist)
	for try := 1; ; try++ {
		err := c.tryStartAll(ctx, extent)
		if !fresh || try == tries || !errors.Is(err, errAddressInUse) {
			return err
		}
		fmt.Fprintf(c.Progress, "%v\na port was taken: trying others\n", err)
		if err := c.Down(ctx); err != nil {
			return err
		}
	}
}

func (c *Cluster) tryStartAll(ctx context.Context, extent Extent) error {
	if err := c.step("credentials and ports", c.prepare); err != nil {
		return err
	}
	all := c.components()
	// etcd, then the API server, then at once all that need it.
	for _, one := range all[:2] {
		if err := c.step(one.name, func() error {
			if err := c.ensureStarted(ctx, one); err != nil {
				return err
			}
			return c.waitReady(ctx, one)
		}); err != nil {
			return err
		}
	}
	if extent == Bare {
		return nil
	}
	return c.step("controllers and nodes' parts", func() error {
		for _, one := range all[2:] {
			if err := c.ensureStarted(ctx, one); err != nil {
				return err
			}
		}
		for _, one := range all[2:] {
			if err := c.waitReady(ctx, one); err != nil {
				return err
			}
		}
		return nil
	})
}
