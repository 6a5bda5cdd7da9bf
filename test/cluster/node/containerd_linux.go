package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/tunnel"
)

// containerdSocket is at its usual place, in the node's own /run.
const containerdSocket = "/run/containerd/containerd.sock"

// startTimeout bounds the start of containerd, and the import of the images.
const startTimeout = time.Minute

const containerdConfig = `version = 2
root = %q
state = "/run/containerd"
# opt would make a folder in /opt; the rest is not there, and warns.
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = %q
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = %q
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = %q
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`

// cniConfig connects the pods of the node by a bridge in its network.
const cniConfig = `{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "isGateway": true,
      "ipam": {"type": "host-local", "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}
    }
  ]
}
`

func (n *Node) snapshotter() string {
	if n.overlay {
		return "overlayfs"
	}
	return "native"
}

// runContainerd runs containerd until ctx or it ends.
func (n *Node) runContainerd(ctx context.Context, c *children) error {
	config := fmt.Sprintf(containerdConfig, n.path("containerd"), containerdSocket, cluster.PauseImage, cluster.CNIPlugins, n.path("cni"), n.snapshotter())
	if err := os.WriteFile(n.path("containerd.toml"), []byte(config), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(n.path("cni", "10-pods.conflist"), fmt.Appendf(nil, cniConfig, n.Pods), 0o644); err != nil {
		return err
	}
	return n.lasting(ctx, "containerd", func() error {
		return c.run(ctx, n.Dir.Log(n.Name+"-containerd"), "containerd", "--config", n.path("containerd.toml"))
	})
}

// lasting makes any end of what should not end an error.
func (n *Node) lasting(ctx context.Context, name string, run func() error) error {
	if err := run(); err != nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%s ended", name)
}

// importImages waits for containerd and gives it the images of the cluster.
func (n *Node) importImages(ctx context.Context, c *children) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		connection, err := tunnel.Dial("unix", containerdSocket)(ctx)
		if err == nil {
			_ = connection.Close()
			break
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("containerd does not answer: %w", err), ctx.Err())
		case <-ticker.C:
		}
	}
	return c.run(ctx, n.Dir.Log(n.Name), "ctr", "--address", containerdSocket, "--namespace", "k8s.io",
		"images", "import", "--snapshotter", n.snapshotter(), filepath.Join(n.Dir.Path, cluster.ImageArchive))
}
