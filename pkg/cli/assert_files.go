package cli

import (
	"fmt"
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

func readChecks(name string, streams genericiooptions.IOStreams) ([]check.Checkpoint, error) {
	if name == "-" {
		return check.ReadFile("stdin", streams.In, os.LookupEnv)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // read-only
	return check.ReadFile(name, file, os.LookupEnv)
}
