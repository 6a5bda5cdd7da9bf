package node

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// keepLogs links each log that a container ever writes into the cluster's
// folder of pods, where it stays when the kubelet compresses or deletes it:
// tests compare what was printed with all that was logged.
func (n *Node) keepLogs(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := n.keep(watcher, n.logs()); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if event.Has(fsnotify.Create) {
				if err := n.keep(watcher, event.Name); err != nil {
					return err
				}
			}
		case err := <-watcher.Errors:
			return err
		}
	}
}

// keep links a log, or watches a folder and keeps what is in it. What has gone
// in the meantime was empty, or is known by its first name.
func (n *Node) keep(watcher *fsnotify.Watcher, path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return n.link(path, info)
	}
	if err := watcher.Add(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		if err := n.keep(watcher, filepath.Join(path, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// link gives the file a second name, by its inode: a rotated log is known
// already.
func (n *Node) link(path string, info fs.FileInfo) error {
	relative, err := filepath.Rel(n.logs(), path)
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	status, ok := info.Sys().(*syscall.Stat_t)
	if !ok || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".tmp") {
		return nil
	}
	folder := filepath.Join(n.Dir.Pods(), filepath.Dir(relative))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	number, _, _ := strings.Cut(name, ".")
	err = os.Link(path, filepath.Join(folder, number+".log."+strconv.FormatUint(status.Ino, 10)))
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
