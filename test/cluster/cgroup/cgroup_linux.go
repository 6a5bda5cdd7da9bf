package cgroup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// hierarchy is a mounted control group hierarchy.
type hierarchy struct {
	path    string // where it is mounted
	unified bool   // version 2
}

// hierarchies lists those of this mount namespace.
func hierarchies() ([]hierarchy, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var all []hierarchy
	for line := range strings.Lines(string(table)) {
		// https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
		before, after, _ := strings.Cut(line, " - ")
		mount, system := strings.Fields(before), strings.Fields(after)
		if len(mount) < 5 || len(system) < 1 || system[0] != "cgroup" && system[0] != "cgroup2" {
			continue
		}
		all = append(all, hierarchy{path: mount[4], unified: system[0] == "cgroup2"})
	}
	return all, nil
}

// Enter makes the group `name/machine` in each hierarchy and mounts it in place
// of the hierarchy's root, for a process in a mount namespace of its own, in
// which the folder scratch exists.
func Enter(name, machine, scratch string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, one := range all {
		group := one.path
		for _, element := range []string{name, machine} {
			if one.unified {
				enableControllers(group)
			}
			parent := group
			group = filepath.Join(group, element)
			if err := os.Mkdir(group, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
				inherit(parent, group, file)
			}
		}
		if err := replaceMount(one.path, group, scratch); err != nil {
			return fmt.Errorf("mount %s at %s: %w", group, one.path, err)
		}
	}
	return nil
}

// replaceMount mounts a folder below path at path. The old mount goes: runc
// takes the first one that is listed for a controller, not the one on top.
func replaceMount(path, folder, scratch string) error {
	if err := unix.Mount(folder, scratch, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
		return err
	}
	if err := unix.Mount(scratch, path, "", unix.MS_BIND, ""); err != nil {
		return err
	}
	return unix.Unmount(scratch, unix.MNT_DETACH)
}

// enableControllers passes on to the group's children all controllers that it
// has. One that refuses is missed later, by who needs it.
func enableControllers(group string) {
	controllers, _ := os.ReadFile(filepath.Join(group, "cgroup.controllers"))
	for _, one := range strings.Fields(string(controllers)) {
		_ = os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+one), 0o644)
	}
}

// inherit copies a setting that version 1 leaves empty in a new group, where no
// process can be until it is set.
func inherit(parent, group, file string) {
	value, err := os.ReadFile(filepath.Join(parent, file))
	if err != nil {
		return // another controller's
	}
	_ = os.WriteFile(filepath.Join(group, file), value, 0o644)
}

// Remove removes the group and all in it from each hierarchy, once its
// processes have ended, which they must be about to do.
func Remove(ctx context.Context, name string) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for _, one := range all {
		for {
			err := removeTree(filepath.Join(one.path, name))
			if err == nil {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("control group %s: %w", name, err)
			case <-ticker.C:
			}
		}
	}
	return nil
}

// removeTree removes the group and those below it; the kernel's files go along.
func removeTree(group string) error {
	entries, err := os.ReadDir(group)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(group, entry.Name())); err != nil {
				return err
			}
		}
	}
	return unix.Rmdir(group)
}
