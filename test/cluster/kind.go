package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Kind is the kind of a cluster's nodes.
type Kind string

const (
	Kwok    Kind = "kwok"    // only in the API; the runner starts the operator's processes
	Kubelet Kind = "kubelet" // machines with containerd and the real kubelet
)

// Nodes are the nodes of a cluster, called node-1 and so on.
type Nodes struct {
	Kind  Kind
	Count int
}

// DefaultNodes are those that a cluster has unless one says otherwise.
func DefaultNodes() Nodes { return Nodes{Kind: Kwok, Count: 3} }

func nodeName(number int) string { return fmt.Sprintf("node-%d", number) }

func (n Nodes) validate() error {
	if n.Kind != Kwok && n.Kind != Kubelet {
		return fmt.Errorf("no kind of node %q: it must be %s or %s", n.Kind, Kwok, Kubelet)
	}
	if n.Count < 1 || n.Count > 100 {
		return fmt.Errorf("%d nodes: it must be between 1 and 100", n.Count)
	}
	return nil
}

// UseNodes chooses the nodes of a cluster that does not exist yet; one that
// does has its own.
func (c *Cluster) UseNodes(nodes Nodes) error {
	if err := nodes.validate(); err != nil {
		return err
	}
	c.nodes = nodes
	return nil
}

func (d Dir) nodesFile() string { return d.join("nodes.json") }

// loadNodes reads the nodes of a cluster that exists; a damaged file is as good
// as none.
func (c *Cluster) loadNodes() {
	data, err := os.ReadFile(c.Dir.nodesFile())
	if err != nil {
		return
	}
	var known Nodes
	if json.Unmarshal(data, &known) == nil && known.validate() == nil {
		c.nodes = known
	}
}

// writeNodes remembers the nodes, once.
func (c *Cluster) writeNodes() error {
	_, err := os.Stat(c.Dir.nodesFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data, err := json.Marshal(c.nodes)
	if err != nil {
		return err
	}
	return os.WriteFile(c.Dir.nodesFile(), append(data, '\n'), 0o644)
}
