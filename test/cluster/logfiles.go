package cluster

import (
	"bufio"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// LogFiles returns the paths of all logs that the pod's containers wrote, or
// with no pod those of all pods that ever were in the namespace, oldest first:
// rotated ones and those of earlier instances and of deleted pods too.
func (d Dir) LogFiles(namespace, pod string) ([]string, error) {
	if pod == "" {
		pod = "*"
	}
	files, err := filepath.Glob(filepath.Join(d.Pods(), namespace+"_"+pod+"_*", "*", "*.log*"))
	if err != nil {
		return nil, err
	}
	begin := make(map[string]string, len(files))
	for _, file := range files {
		begin[file] = firstTime(file)
	}
	slices.SortFunc(files, func(a, b string) int {
		return cmp.Or(strings.Compare(begin[a], begin[b]), strings.Compare(a, b))
	})
	return files, nil
}

// firstTime is the time of the file's first entry, all of which have the same
// width; an empty file has its own.
func firstTime(file string) string {
	opened, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer opened.Close()
	if first, err := bufio.NewReader(opened).ReadString(' '); err == nil {
		return strings.TrimSpace(first)
	}
	info, err := opened.Stat()
	if err != nil {
		return ""
	}
	return info.ModTime().UTC().Format(time.RFC3339Nano)
}
