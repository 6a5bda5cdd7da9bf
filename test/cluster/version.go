package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// UseVersion chooses the minor version of Kubernetes, v1.30, whose API server,
// controller manager and scheduler a cluster gets that does not exist yet; ""
// is that of kube. One that exists keeps its own.
func (c *Cluster) UseVersion(minor string) error {
	if minor == "" {
		return nil
	}
	program := "kube-" + minor
	if _, err := os.Stat(filepath.Join(c.Bin, program)); err != nil {
		return fmt.Errorf("control plane %s: %w: `make bin/%s` builds it", minor, err, program)
	}
	c.controlPlane = program
	return nil
}

func (d Dir) controlPlaneFile() string { return d.join("control-plane") }

// loadControlPlane reads which program is the control plane of a cluster that
// exists.
func (c *Cluster) loadControlPlane() error {
	name, err := os.ReadFile(c.Dir.controlPlaneFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	c.controlPlane = strings.TrimSpace(string(name))
	return nil
}

// writeControlPlane remembers it, once.
func (c *Cluster) writeControlPlane() error {
	_, err := os.Stat(c.Dir.controlPlaneFile())
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(c.Dir.controlPlaneFile(), []byte(c.controlPlane+"\n"), 0o644)
}
