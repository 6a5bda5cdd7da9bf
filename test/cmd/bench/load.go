package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// newLoadCommand is the part that run gives to a process of its own: what it takes in memory would be taken for the
// memory of the commands that are measured (see measure.Usage).
func newLoadCommand(o *options) *cobra.Command {
	var renew bool
	command := &cobra.Command{
		Use:    "load",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := o.client()
			if err != nil {
				return err
			}
			loader, plan := load.Loader{Client: client, Progress: os.Stderr}, load.NewPlan(o.sizes)
			if renew {
				return loader.Renew(cmd.Context(), plan)
			}
			return loader.Load(cmd.Context(), plan)
		},
	}
	o.addSizes(command.Flags())
	command.Flags().BoolVar(&renew, "renew", false, "Only renew the elections.")
	return command
}

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

// load runs the command above on the cluster.
func (o *options) load(ctx context.Context, args ...string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	args = append([]string{
		"load", "--dir", o.dir, fmt.Sprintf("--leases=%d", o.sizes.Leases), fmt.Sprintf("--pods=%d", o.sizes.Pods),
	}, args...)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	fmt.Fprintf(os.Stderr, "%-28s %5.1fs\n", "loaded", time.Since(started).Seconds())
	return nil
}
