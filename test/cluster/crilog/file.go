// Package crilog writes container logs as a container runtime does: in the CRI
// format, into files that are rotated as the kubelet rotates them.
package crilog

import (
	"os"
	"sync"
	"time"

	crilogs "k8s.io/cri-client/pkg/logs"
)

// File is the log of one container instance; its methods may be called from
// any goroutine.
type File struct {
	mu      sync.Mutex
	path    string
	maxSize int64 // bytes
	now     func() time.Time

	file   *os.File // nil once closed
	size   int64
	buffer []byte
}

// Create makes the log file at path, which is rotated when it would grow
// beyond maxSize bytes.
func Create(path string, maxSize int64, now func() time.Time) (*File, error) {
	f := &File{path: path, maxSize: maxSize, now: now}
	return f, f.open()
}

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	f.file, f.size = file, 0
	return nil
}

// Rotate renames the file to `<path>.<time>` and goes on in a new one: no line
// is lost or split. A closed file stays as it is.
func (f *File) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rotate()
}

func (f *File) rotate() error {
	if f.file == nil {
		return nil
	}
	// The kubelet's format with a fraction, so that two in a second differ.
	const format = "20060102-150405.000000000"
	if err := os.Rename(f.path, f.path+"."+f.now().UTC().Format(format)); err != nil {
		return err
	}
	if err := f.file.Close(); err != nil {
		return err
	}
	return f.open()
}

// writeEntry writes one entry: a full line, or a part of one.
func (f *File) writeEntry(stream string, text []byte, full bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return os.ErrClosed
	}
	tag := " P "
	if full {
		tag = " F "
	}
	// The time is taken under the lock: the file is in the order of its times.
	f.buffer = f.now().UTC().AppendFormat(f.buffer[:0], crilogs.RFC3339NanoFixed)
	f.buffer = append(f.buffer, ' ')
	f.buffer = append(f.buffer, stream...)
	f.buffer = append(f.buffer, tag...)
	f.buffer = append(f.buffer, text...)
	f.buffer = append(f.buffer, '\n')
	if f.size > 0 && f.size+int64(len(f.buffer)) > f.maxSize {
		if err := f.rotate(); err != nil {
			return err
		}
	}
	n, err := f.file.Write(f.buffer)
	f.size += int64(n)
	return err
}

// Close ends the log.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
