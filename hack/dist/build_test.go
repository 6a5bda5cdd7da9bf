package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// The program does not tell where it was built: two folders, one checksum.
func TestBuildIsTheSameEverywhere(t *testing.T) {
	here := platform{runtime.GOOS, runtime.GOARCH} // its packages are compiled already
	var sums []string
	for range 2 {
		dir := t.TempDir()
		source := filepath.Join(dir, "source")
		for _, part := range []string{"cmd", "pkg"} {
			if err := os.CopyFS(filepath.Join(source, part), os.DirFS(filepath.Join("..", "..", part))); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"go.mod", "go.sum"} {
			content, err := os.ReadFile(filepath.Join("..", "..", name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(source, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		binary := filepath.Join(dir, here.bin())
		if err := build(t.Context(), source, here, "-s -w -buildid=", binary); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, fmt.Sprintf("%x", sha256.Sum256(content)))
	}
	if sums[0] != sums[1] {
		t.Errorf("two folders, two programs: %v", sums)
	}
}
