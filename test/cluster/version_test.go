package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAClusterKeepsItsVersion(t *testing.T) {
	bin := t.TempDir()
	open := func(dir string) *Cluster {
		c, err := Open(dir, bin, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := open(t.TempDir())
	if err := first.UseVersion("v1.30"); err == nil || !strings.Contains(err.Error(), "make bin/kube-v1.30") {
		t.Errorf("%v, want a word on how to build it", err)
	}
	if err := os.WriteFile(filepath.Join(bin, "kube-v1.30"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := first.UseVersion("v1.30"); err != nil {
		t.Fatal(err)
	}
	if err := first.writeControlPlane(); err != nil {
		t.Fatal(err)
	}
	later := open(first.Dir.Path)
	if err := later.writeControlPlane(); err != nil {
		t.Fatal(err)
	}
	if err := later.loadControlPlane(); err != nil {
		t.Fatal(err)
	}
	other := open(t.TempDir())
	if err := other.loadControlPlane(); err != nil {
		t.Fatal(err)
	}
	for c, want := range map[*Cluster]string{first: "kube-v1.30", later: "kube-v1.30", other: "kube"} {
		for name, program := range map[string]string{apiserver: want, controllerManager: want, scheduler: want, etcd: "kube", kwok: "kube"} {
			if one, err := c.component(name); err != nil || one.program != program {
				t.Errorf("%s runs %s (%v), want %s", name, one.program, err, program)
			}
		}
	}
}
