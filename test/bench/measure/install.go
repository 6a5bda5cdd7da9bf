package measure

import (
	"io"
	"os"
	"path/filepath"
)

// Install copies programs into a folder and returns the paths of the copies. What was linked just
// now lies in memory in pages of 4 KiB, a file that was copied in larger ones, and starts up to a
// fifth faster. Users have copies, too.
func Install(folder string, programs ...string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	copies := make([]string, len(programs))
	for i, program := range programs {
		copies[i] = filepath.Join(folder, filepath.Base(program))
		if err := install(program, copies[i]); err != nil {
			return nil, err
		}
	}
	return copies, nil
}

func install(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close() // read-only
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		target.Close() // it is of no use
		return err
	}
	return target.Close()
}
