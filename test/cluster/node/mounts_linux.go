package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// private are folders in which containerd, the kubelet and their helpers write
// to fixed paths.
var private = []string{"/run", "/var/lib", "/var/log"}

// tunables are what the kubelet would set for the whole machine, with the
// values that it wants to find.
var tunables = map[string]string{
	"vm/overcommit_memory":     "1",
	"vm/panic_on_oom":          "0",
	"kernel/panic":             "10",
	"kernel/panic_on_oops":     "1",
	"kernel/keys/root_maxkeys": "1000000", "kernel/keys/root_maxbytes": "25000000",
}

// mount gives the node its own view of the files that are not to be shared
// with the machine.
func (n *Node) mount() error {
	for _, folder := range private {
		for what, path := range map[string]string{"the cluster's folder": n.Dir.Path, "the folder of the binaries": n.Bin} {
			if strings.HasPrefix(path+"/", folder+"/") {
				return fmt.Errorf("%s, %s, lies in %s, which a node has for itself: choose another one", what, path, folder)
			}
		}
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	for _, folder := range private {
		if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("mount %s: %w", folder, err)
		}
	}
	// The kubelet passes mounts of volumes on to containers, for which the root has to be shared.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("share mounts: %w", err)
	}
	n.overlay = n.canOverlay()
	return coverTunables()
}

// coverTunables puts files over the machine's settings.
func coverTunables() error {
	for name, value := range tunables {
		path := filepath.Join("/proc/sys", name)
		if _, err := os.Stat(path); err != nil {
			continue // then the kubelet does not find it either
		}
		file := filepath.Join("/run", strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount over %s: %w", path, err)
		}
	}
	return nil
}

// canOverlay tells whether the folder's file system can be the upper one of an
// overlay; inside of a container it often cannot.
func (n *Node) canOverlay() bool {
	folder := n.path("overlay")
	defer os.RemoveAll(folder)
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		if os.MkdirAll(filepath.Join(folder, name), 0o755) != nil {
			return false
		}
	}
	options := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", folder)
	merged := filepath.Join(folder, "merged")
	if unix.Mount("overlay", merged, "overlay", 0, options) != nil {
		return false
	}
	return unix.Unmount(merged, 0) == nil
}
