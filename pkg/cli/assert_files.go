package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// checkFiles are the files that -f names, those of a directory in the order of their names. As with kubectl, what a directory
// has beside them is passed over, and so is what lies below it.
func checkFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		if name == "-" && slices.Contains(files, name) {
			return nil, errors.New("-f - is given twice, and stdin can be read once")
		}
		if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
			return nil, fmt.Errorf("-f %s: checks are not fetched from a URL, as they say what is deleted and run in your cluster; read them first, and give the file or pipe it to -f -", name)
		}
		info, err := os.Stat(name)
		switch {
		case name == "-" || err == nil && !info.IsDir():
			files = append(files, name)
			continue
		case err != nil:
			return nil, err
		}
		inside, err := os.ReadDir(name)
		if err != nil {
			return nil, err
		}
		before := len(files)
		for _, file := range inside {
			if !file.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file.Name())) {
				files = append(files, filepath.Join(name, file.Name()))
			}
		}
		if len(files) == before {
			return nil, fmt.Errorf("directory %s: has no file of checks (.yaml, .yml or .json)", name)
		}
	}
	return files, nil
}

// interruptible is a reader that does not keep a command from ending, as a terminal does on which nobody types.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	buffer := make([]byte, len(p)) // it may be written to after we have left
	go func() { n, err := r.Reader.Read(buffer); done <- result{n, err} }()
	select {
	case got := <-done:
		return copy(p, buffer[:got.n]), got.err
	case <-r.ctx.Done():
		return 0, context.Cause(r.ctx)
	}
}

// readChecks reads a file. env answers for its variables.
func readChecks(ctx context.Context, name string, streams genericiooptions.IOStreams, env func(string) (string, bool)) ([]check.Checkpoint, error) {
	if name == "-" {
		return check.ReadFile("stdin", interruptible{ctx, streams.In}, env)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // read-only
	return check.ReadFile(name, file, env)
}
