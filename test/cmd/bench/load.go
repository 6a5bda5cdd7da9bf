package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// client speaks protobuf, which costs both ends less than JSON, as fast as it is answered.
func (o *options) client() (kubernetes.Interface, error) {
	dir, err := cluster.OpenDir(o.dir)
	if err != nil {
		return nil, err
	}
	config, err := cluster.RESTConfig(dir.Kubeconfig())
	if err != nil {
		return nil, err
	}
	config.ContentType = runtime.ContentTypeProtobuf
	return kubernetes.NewForConfig(config)
}

// load fills the cluster, or renews the elections that it has.
func (o *options) load(ctx context.Context, renew bool) error {
	client, err := o.client()
	if err != nil {
		return err
	}
	loader, plan := load.Loader{Client: client, Progress: os.Stderr}, load.NewPlan(o.sizes)
	started, do := time.Now(), loader.Load
	if renew {
		do = loader.Renew
	}
	if err := do(ctx, plan); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	fmt.Fprintf(os.Stderr, "%-28s %5.1fs\n", "loaded", time.Since(started).Seconds())
	return nil
}
