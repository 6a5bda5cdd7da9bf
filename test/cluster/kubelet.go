package cluster

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/image"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/tunnel"
)

const (
	// ServiceIP is where the API server is found from within the cluster: the
	// first address of the services' range.
	ServiceIP = "10.96.0.1"
	// PauseImage holds the namespaces of a pod.
	PauseImage = "docker.io/library/pause:dev"
	// ImageArchive is the file, in the cluster's folder, of all images.
	ImageArchive = "images.tar"
	// CNIPlugins is where the distributions have them.
	CNIPlugins = "/usr/lib/cni"

	shell = "/bin/busybox" // a static one, for who looks into a pod
)

// nodeIP is the address of the node of a number from 1 on, and nodePods are
// those of its pods. Each node has them in a network of its own, which only the
// tunnel leads to, so they collide with no other's.
func nodeIP(number int) string   { return fmt.Sprintf("10.200.0.%d", number) }
func nodePods(number int) string { return fmt.Sprintf("10.244.%d.0/24", number) }

// kubeletComponents are the nodes with real kubelets, and the way to them.
func (c *Cluster) kubeletComponents() []component {
	control := fmt.Sprintf("http://127.0.0.1:%d", c.ports[tunnelName])
	all := []component{{
		name: tunnelName, port: c.ports[tunnelName], program: "cluster", health: control + "/healthz", needs: []string{apiserver},
		args: []string{"tunnel", "--dir", c.Dir.Path},
	}}
	for number := 1; number <= c.nodes.Count; number++ {
		name := nodeName(number)
		all = append(all, component{
			name: name, program: "cluster", health: control + "/nodes/" + name + "/healthz", needs: []string{tunnelName}, machine: true,
			args: []string{"node", "--dir", c.Dir.Path, "--name", name, "--ip", nodeIP(number), "--pods", nodePods(number)},
		})
	}
	return all
}

// Tunnel is the way between the machine and the nodes with real kubelets.
func (c *Cluster) Tunnel() (tunnel.Tunnel, error) {
	if err := c.load(); err != nil {
		return tunnel.Tunnel{}, err
	}
	nodes := map[string]string{}
	for number := 1; number <= c.nodes.Count; number++ {
		nodes[nodeIP(number)] = nodeName(number)
	}
	return tunnel.Tunnel{APIServer: c.ports[apiserver], Port: c.ports[tunnelName], Nodes: nodes}, nil
}

func (d Dir) egress() string { return d.join("egress.yaml") }

// writeEgress tells the API server how to reach nodes and pods.
func (d Dir) writeEgress() error {
	const config = `apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection: {proxyProtocol: HTTPConnect, transport: {uds: {udsName: ` + tunnel.NodesSocket + `}}}
`
	return os.WriteFile(d.egress(), []byte(config), 0o644)
}

// checkMachine tells what this machine lacks for nodes with real kubelets.
func (c *Cluster) checkMachine() error {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		return errors.New("nodes with real kubelets need Linux and root")
	}
	var missing []string
	for program, from := range map[string]string{
		"containerd": "containerd", "ctr": "containerd", "runc": "runc",
		CNIPlugins + "/bridge":          "containernetworking-plugins",
		filepath.Join(c.Bin, "kubelet"): "make", filepath.Join(c.Bin, "pause"): "make",
	} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, fmt.Sprintf("%s (from %s)", program, from))
		}
	}
	slices.Sort(missing)
	if len(missing) > 0 {
		return fmt.Errorf("nodes with real kubelets need %s", strings.Join(missing, ", "))
	}
	return nil
}

// WriteImages writes the images of the operator and of pause into a file. The
// operator's has a shell, too.
func (c *Cluster) WriteImages(file string) error {
	binary, err := elf.Open(shell)
	if err != nil {
		return fmt.Errorf("the operator's image needs a shell, from busybox-static: %w", err)
	}
	defer binary.Close() // read-only
	if libraries, err := binary.ImportedLibraries(); err == nil && len(libraries) > 0 {
		return fmt.Errorf("%s needs libraries that the operator's image has not: install busybox-static instead", shell)
	}
	commands := []string{"sh", "cat", "echo", "env", "false", "grep", "head", "hostname", "kill", "ls", "mkdir", "mv", "ps", "rm", "sleep", "tail", "test", "touch", "true", "wc"}
	links := map[string]string{}
	for _, name := range commands {
		links["/bin/"+name] = "busybox"
	}
	return image.WriteArchive(file,
		image.Image{
			Name:       "docker.io/library/" + OperatorImage,
			Files:      map[string]string{"/bin/demo-operator": filepath.Join(c.Bin, "demo-operator"), "/bin/busybox": shell},
			Links:      links,
			Entrypoint: []string{"/bin/demo-operator"},
			WorkingDir: "/work",
			Env:        []string{"PATH=/bin"},
		},
		image.Image{Name: PauseImage, Files: map[string]string{"/pause": filepath.Join(c.Bin, "pause")}, Entrypoint: []string{"/pause"}},
	)
}
