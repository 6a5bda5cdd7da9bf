package measure

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInstall(t *testing.T) {
	copies, err := Install(filepath.Join(t.TempDir(), "programs"), runner, os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	c := command("small", 1)
	c.Runner, c.Path = copies[0], copies[1]
	if _, err := c.Run(t.Context(), t.TempDir()); err != nil {
		t.Error(err)
	}
	if _, err := Install(t.TempDir(), "no-such-program"); err == nil {
		t.Error("installed what does not exist")
	}
}
