package cluster

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/cgroup"
	"github.com/kubectl-leader/kubectl-leader/test/cluster/process"
)

// Cluster is the cluster in a folder.
type Cluster struct {
	Dir      Dir
	Bin      string    // folder of kube, cluster and demo-operator
	Progress io.Writer // gets a line a step

	ports        ports
	nodes        Nodes
	controlPlane string // program, in the folder of binaries
}

// Open returns the cluster in dir, whose binaries lie in bin. The cluster need
// not exist; nothing is written.
func Open(dir, bin string, progress io.Writer) (*Cluster, error) {
	d, err := OpenDir(dir)
	if err != nil {
		return nil, err
	}
	return &Cluster{Dir: d, Bin: bin, Progress: progress, nodes: DefaultNodes(), controlPlane: "kube"}, nil
}

// load reads or picks the ports, for which the folder has to exist.
func (c *Cluster) load() error {
	if _, err := os.Stat(c.Dir.join(marker)); err != nil {
		return fmt.Errorf("folder %s: no cluster here, `up` makes one", c.Dir.Path)
	}
	c.loadNodes()
	if err := c.loadControlPlane(); err != nil {
		return err
	}
	var err error
	c.ports, err = loadPorts(c.Dir.join("ports.json"), portNames())
	return err
}

// prepare writes all that the components need; what exists stays as it is.
func (c *Cluster) prepare() error {
	if err := c.Dir.create(); err != nil {
		return err
	}
	if err := c.load(); err != nil {
		return err
	}
	if err := c.Dir.writeCredentials(c.ports[apiserver]); err != nil {
		return err
	}
	if err := c.writeNodes(); err != nil {
		return err
	}
	if err := c.writeControlPlane(); err != nil {
		return err
	}
	if err := c.prepareNodes(); err != nil {
		return err
	}
	return c.linkKubectl()
}

// prepareNodes writes what the components of the nodes' kind need.
func (c *Cluster) prepareNodes() error {
	if c.nodes.Kind == Kwok {
		return c.Dir.writeStages()
	}
	if err := c.checkMachine(); err != nil {
		return err
	}
	if err := c.Dir.writeEgress(); err != nil {
		return err
	}
	return c.WriteImages(c.Dir.join(ImageArchive))
}

// linkKubectl puts kubectl beside kube, which acts by the name it is called.
func (c *Cluster) linkKubectl() error {
	link := filepath.Join(c.Bin, "kubectl")
	if target, err := os.Readlink(link); err == nil && target == "kube" {
		return nil
	}
	// Renamed into place: another cluster may be calling kubectl right now.
	temporary := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink("kube", temporary); err != nil {
		return err
	}
	return os.Rename(temporary, link)
}

// Client is the administrator's client, without a limit on its rate.
func (c *Cluster) Client() (kubernetes.Interface, error) {
	return NewClient(c.Dir.Kubeconfig())
}

// NewClient is a client of the kubeconfig's current context, without a limit on
// its rate.
func NewClient(kubeconfig string) (kubernetes.Interface, error) {
	config, err := RESTConfig(kubeconfig)
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}

// RESTConfig reads a kubeconfig and lifts client-go's limit on the rate.
func RESTConfig(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	return config, nil
}

// Down ends all processes of the cluster and removes its folder. What runs is
// told by the process table, so a crash or a damaged folder does not matter.
func (c *Cluster) Down(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	// The runner first: it restarts operators.
	if err := process.KillAll(ctx, c.Dir.argv0(runnerName)); err != nil {
		return fmt.Errorf("end runner: %w", err)
	}
	if err := process.KillAll(ctx, c.Dir.Path+string(filepath.Separator)); err != nil {
		return fmt.Errorf("end processes of %s: %w", c.Dir.Path, err)
	}
	// What nodes made in the machine's control groups is all that outlives their processes.
	if err := cgroup.Remove(ctx, cgroup.Name(c.Dir.Path)); err != nil {
		return err
	}
	return c.Dir.remove()
}

// step runs one step of up and reports how long it took.
func (c *Cluster) step(name string, run func() error) error {
	started := time.Now()
	if err := run(); err != nil {
		return err
	}
	fmt.Fprintf(c.Progress, "%-28s %5.1fs\n", name, time.Since(started).Seconds())
	return nil
}
