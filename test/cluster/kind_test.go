package cluster

import (
	"slices"
	"strings"
	"testing"
)

func TestAClusterKeepsItsNodes(t *testing.T) {
	open := func(nodes Nodes) *Cluster {
		c, err := Open(t.TempDir(), t.TempDir(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.UseNodes(nodes); err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := open(Nodes{Kubelet, 2})
	if err := first.writeNodes(); err != nil {
		t.Fatal(err)
	}
	later := open(DefaultNodes())
	later.Dir = first.Dir
	if err := later.writeNodes(); err != nil {
		t.Fatal(err)
	}
	later.loadNodes()
	if later.nodes != first.nodes {
		t.Errorf("got %v, want %v as in the beginning", later.nodes, first.nodes)
	}
	names := later.ComponentNames()
	if !slices.Contains(names, "node-2") || slices.Contains(names, "node-3") || slices.Contains(names, kwok) {
		t.Errorf("components %v, want two nodes and no kwok", names)
	}
	for _, bad := range []Nodes{{"vm", 1}, {Kwok, 0}} {
		if err := later.UseNodes(bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

func TestOnlyRealNodesNeedTheTunnel(t *testing.T) {
	for kind, want := range map[Kind]bool{Kwok: false, Kubelet: true} {
		c, err := Open(t.TempDir(), t.TempDir(), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.nodes.Kind = kind
		server, err := c.component(apiserver)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(server.args, " "), "egress"); got != want {
			t.Errorf("%s: the API server's way out is a tunnel: %t, want %t", kind, got, want)
		}
	}
}
