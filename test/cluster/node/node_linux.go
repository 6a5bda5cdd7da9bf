// Package node is a machine with a real kubelet: one process in PID, mount,
// network and host name namespaces of its own, with containerd and the kubelet
// as its children. When it ends, however it ends, the kernel takes along all
// that was in it: processes, mounts, networks.
package node

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/cgroup"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/tunnel"
)

// Node is a node of the cluster in Dir. Its process has to be the first one in
// namespaces of its own, with the cluster's folder as its working folder.
type Node struct {
	Dir  cluster.Dir
	Bin  string // folder of kubelet
	Name string
	IP   string // in the node's own network
	Pods string // its pods' addresses, as a CIDR

	overlay bool // containers share the files of their image
}

// Run runs the node until ctx or one of its children ends.
func (n *Node) Run(ctx context.Context) error {
	if os.Getpid() != 1 {
		return fmt.Errorf("node %s: has to be the first process of namespaces of its own, as `cluster up` starts it", n.Name)
	}
	children := newChildren(n.path("children"))
	go children.reap()
	if err := n.furnish(); err != nil {
		return fmt.Errorf("node %s: %w", n.Name, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	// The API server has the first address of the services' range, as pods are told by their environment.
	fromPods, err := net.Listen("tcp", net.JoinHostPort(cluster.ServiceIP, "443"))
	if err != nil {
		return err
	}
	group.Go(func() error { return tunnel.Forward(ctx, fromPods, tunnel.Dial("unix", tunnel.APIServerSocket)) })
	control, err := tunnel.Listen(tunnel.NodeSocket(n.Name))
	if err != nil {
		return err
	}
	group.Go(func() error { return tunnel.Serve(ctx, control, n.routes()) })
	group.Go(func() error { return n.keepLogs(ctx) })
	group.Go(func() error { return n.runContainerd(ctx, children) })
	group.Go(func() error {
		if err := n.importImages(ctx, children); err != nil {
			return err
		}
		return n.runKubelet(ctx, children)
	})
	return group.Wait()
}

// furnish makes the process's surroundings a machine's.
func (n *Node) furnish() error {
	if err := os.MkdirAll(n.path("cni"), 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(n.logs(), 0o755); err != nil {
		return err
	}
	if err := n.mount(); err != nil {
		return err
	}
	const scratch = "/run/cgroup"
	if err := os.Mkdir(scratch, 0o755); err != nil {
		return err
	}
	if err := cgroup.Enter(cgroup.Name(n.Dir.Path), n.Name, scratch); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(n.Name)); err != nil {
		return fmt.Errorf("set host name: %w", err)
	}
	return addLoopbackAddresses(n.IP, cluster.ServiceIP)
}

func (n *Node) path(elements ...string) string {
	return filepath.Join(append([]string{n.Dir.Node(n.Name)}, elements...)...)
}

// logs is the folder of the pods' logs, as the kubelet keeps it.
func (n *Node) logs() string { return n.path("logs") }
