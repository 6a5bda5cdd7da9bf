package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/load"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// withCluster runs do on a loaded cluster, and takes the cluster down afterwards, whatever happened. With --keep one that
// is loaded stays.
func (o *options) withCluster(ctx context.Context, do func(*cluster.Cluster) error) (err error) {
	c, err := cluster.Open(o.dir, o.bin, os.Stderr)
	if err != nil {
		return err
	}
	reuse := o.keep && loadOf(c) == o.sizes
	if !reuse {
		// A run that was killed may have left one, or its load has other sizes.
		if err := c.Down(ctx); err != nil {
			return err
		}
	}
	defer func() {
		if o.keep && loadOf(c) == o.sizes {
			fmt.Fprintf(os.Stderr, "the cluster stays until `bin/cluster --dir %s down`\n", o.dir)
			return
		}
		err = errors.Join(err, c.Down(context.WithoutCancel(ctx)))
	}()
	if err := c.Up(ctx, cluster.Bare); err != nil {
		return err
	}
	if err := o.fill(ctx, c, reuse); err != nil {
		return err
	}
	return do(c)
}

// fill loads the cluster; one that is loaded has its elections renewed when they grow old.
func (o *options) fill(ctx context.Context, c *cluster.Cluster, loaded bool) error {
	if loaded {
		mark, err := os.Stat(loadFile(c))
		if err != nil {
			return err
		}
		if time.Since(mark.ModTime()) < load.Fresh {
			return nil
		}
	}
	if err := o.load(ctx, loaded); err != nil {
		return err
	}
	return remember(c, o.sizes)
}

// loadOf tells what the cluster is loaded with, nothing if the load was not finished.
func loadOf(c *cluster.Cluster) load.Sizes {
	var sizes load.Sizes
	data, err := os.ReadFile(loadFile(c))
	if err != nil || json.Unmarshal(data, &sizes) != nil {
		return load.Sizes{}
	}
	return sizes
}

// remember marks the cluster as loaded now. The mark goes away with its folder.
func remember(c *cluster.Cluster, sizes load.Sizes) error {
	data, err := json.Marshal(sizes)
	if err != nil {
		return err
	}
	return os.WriteFile(loadFile(c), append(data, '\n'), 0o644)
}

func loadFile(c *cluster.Cluster) string { return filepath.Join(c.Dir.Path, "load.json") }
