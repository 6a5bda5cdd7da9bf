package cluster

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOpenDirFollowsLinks(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	real, link := filepath.Join(base, "real"), filepath.Join(base, "link")
	if err := os.Mkdir(real, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(real, ".cluster")
	for _, when := range []string{"before it exists", "once it exists"} {
		got, err := OpenDir(filepath.Join(link, ".cluster"))
		if err != nil || got.Path != want {
			t.Errorf("%s: got %s, %v; want %s", when, got.Path, err, want)
		}
		if err := os.MkdirAll(want, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenDir("/"); err == nil {
		t.Error("want no cluster in the root folder")
	}
}

func TestRemoveLeavesStrangersAlone(t *testing.T) {
	d := Dir{filepath.Join(t.TempDir(), "d")}
	if err := d.remove(); err != nil {
		t.Errorf("no folder: %v", err)
	}
	if err := os.Mkdir(d.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := d.remove(); err == nil {
		t.Error("a stranger's folder was removed")
	}
	if err := d.create(); err != nil {
		t.Fatal(err)
	}
	if err := d.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.Path); !os.IsNotExist(err) {
		t.Errorf("the cluster's folder is still there: %v", err)
	}
}

func TestLogFilesAreInTheOrderOfTheirTimes(t *testing.T) {
	d := Dir{t.TempDir()}
	add := func(path, begin string) string {
		path = filepath.Join(d.Pods(), path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(begin+" stdout F x\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	second := add("ns_a_u1/operator/0.log", "2026-11-20T12:00:02.000000000Z")
	first := add("ns_a_u1/operator/0.log.20261120-120001.9", "2026-11-20T12:00:01.000000000Z")
	fourth := add("ns_a_u1/operator/1.log", "2026-11-20T12:00:04.000000000Z")
	third := add("ns_b_u2/operator/0.log", "2026-11-20T12:00:03.000000000Z")
	add("other_a_u3/operator/0.log", "2026-11-20T12:00:00.000000000Z")

	for pod, want := range map[string][]string{
		"a": {first, second, fourth},
		"":  {first, second, third, fourth},
		"c": nil,
	} {
		got, err := d.LogFiles("ns", pod)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("pod %q: got %v, %v; want %v", pod, got, err, want)
		}
	}
}
