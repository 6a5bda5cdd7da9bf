// Package cluster is a Kubernetes cluster of plain processes in one folder:
// no root, no containers, all on loopback; or as root on Linux with real
// kubelets.
package cluster

import (
	"fmt"
	"os"
	"path/filepath"
)

// Dir is the folder that holds all of a cluster.
type Dir struct{ Path string }

// OpenDir makes path absolute and free of symbolic links, so that whatever way
// one takes to a cluster, its processes are found by the same name. The folder
// need not exist.
func OpenDir(path string) (Dir, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Dir{}, err
	}
	if abs == filepath.Dir(abs) {
		return Dir{}, fmt.Errorf("folder %s: a cluster needs a folder of its own", abs)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		return Dir{real}, nil
	}
	if parent, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		abs = filepath.Join(parent, filepath.Base(abs))
	}
	return Dir{abs}, nil
}

func (d Dir) join(elements ...string) string {
	return filepath.Join(append([]string{d.Path}, elements...)...)
}

// Kubeconfig is the path of the administrator's kubeconfig.
func (d Dir) Kubeconfig() string { return d.join("kubeconfig") }

// Pods is the folder of the pods' logs and credentials.
func (d Dir) Pods() string { return d.join("pods") }

// Node is the folder of a node that is a machine of its own.
func (d Dir) Node(name string) string { return d.join("nodes", name) }

// Cert and Key are the serving certificate and key of the kubelet endpoint.
func (d Dir) Cert() string { return d.join("pki", "serving.crt") }

// Key belongs to Cert.
func (d Dir) Key() string { return d.join("pki", "serving.key") }

// Log is the log file of a component.
func (d Dir) Log(component string) string { return d.join("logs", component+".log") }

// argv0 is how a component's process is called in the process table.
func (d Dir) argv0(component string) string { return d.join("run", component) }

// create makes the folders; the marker, which comes first, keeps remove from a
// stranger's folder.
func (d Dir) create() error {
	if err := os.MkdirAll(d.Path, 0o755); err != nil {
		return err
	}
	if err := d.checkOurs(); err != nil {
		return err
	}
	if err := os.WriteFile(d.join(marker), nil, 0o644); err != nil {
		return err
	}
	for _, folder := range []string{"logs", "run", "pki", "pods", "nodes"} {
		if err := os.MkdirAll(d.join(folder), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// checkOurs refuses a folder that has files and no marker: it is somebody's, and
// remove would delete it.
func (d Dir) checkOurs() error {
	if _, err := os.Stat(d.join(marker)); err == nil {
		return nil
	}
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("folder %s: has files that are not a cluster's; give an empty or a new one", d.Path)
	}
	return nil
}

const marker = ".kubectl-leader-cluster"

// remove deletes the folder if it is a cluster's.
func (d Dir) remove() error {
	if _, err := os.Stat(d.Path); os.IsNotExist(err) {
		return nil
	}
	if _, err := os.Stat(d.join(marker)); err != nil {
		return fmt.Errorf("folder %s holds no cluster: not removed", d.Path)
	}
	return os.RemoveAll(d.Path)
}
