package node

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

const (
	kubeletPort = 10250
	healthPort  = 10248
)

// kubeletConfig is for cgroups of either version. Whoever reaches the kubelet is
// the API server: the node's network has no other way in but the tunnel. A
// container that crashed starts again soon, and logs are rotated soon after
// they reached the usual size.
const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %q
port: %d
healthzBindAddress: 127.0.0.1
healthzPort: %d
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
tlsCertFile: %q
tlsPrivateKeyFile: %q
containerRuntimeEndpoint: %q
podLogsDir: %q
volumePluginDir: /var/lib/kubelet/volume-plugins
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
cgroupsPerQOS: false
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
makeIPTablesUtilChains: false
evictionHard: {nodefs.available: "0%%", imagefs.available: "0%%", memory.available: "50Mi"}
imageGCHighThresholdPercent: 100
crashLoopBackOff: {maxContainerRestartPeriod: 2s}
containerLogMaxSize: 10Mi
containerLogMaxFiles: 5
containerLogMonitorInterval: 3s
resolvConf: ""
kubeAPIQPS: 200
kubeAPIBurst: 400
maxPods: 250
`

// runKubelet runs the kubelet until ctx or it ends.
func (n *Node) runKubelet(ctx context.Context, c *children) error {
	config := fmt.Sprintf(kubeletConfig, n.IP, kubeletPort, healthPort, n.Dir.Cert(), n.Dir.Key(), "unix://"+containerdSocket, n.logs())
	if err := os.WriteFile(n.path("kubelet.yaml"), []byte(config), 0o644); err != nil {
		return err
	}
	admin, err := cluster.RESTConfig(n.Dir.Kubeconfig())
	if err != nil {
		return err
	}
	server := "https://" + net.JoinHostPort(cluster.ServiceIP, "443")
	if err := cluster.WriteKubeconfig(n.path("kubeconfig"), server, admin.CAData, admin.BearerToken, "default"); err != nil {
		return err
	}
	return n.lasting(ctx, "kubelet", func() error {
		return c.run(ctx, n.Dir.Log(n.Name+"-kubelet"), filepath.Join(n.Bin, "kubelet"),
			"--config="+n.path("kubelet.yaml"),
			"--kubeconfig="+n.path("kubeconfig"),
			"--hostname-override="+n.Name,
			"--node-ip="+n.IP,
			"--root-dir=/var/lib/kubelet",
		)
	})
}
