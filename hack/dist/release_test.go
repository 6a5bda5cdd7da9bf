package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var commitTime = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// dist is a release with programs of a few bytes. It returns its files by their names.
func dist(t *testing.T, version string) map[string]string {
	t.Helper()
	r := release{
		source:  filepath.Join("..", ".."),
		out:     filepath.Join(t.TempDir(), "dist"),
		version: version,
		time:    commitTime,
		build: func(_ context.Context, p platform, file string) error {
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				return err
			}
			return os.WriteFile(file, []byte("program for "+p.os+"/"+p.arch), 0o700)
		},
		describe: func(_ context.Context, file, version string) ([]byte, error) {
			program, err := os.ReadFile(file)
			return fmt.Appendf(nil, "sbom of %s %s", version, program), err
		},
	}
	if err := r.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	entries, err := os.ReadDir(r.out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(r.out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(content)
	}
	return files
}

func TestReleaseIsTheSameEachTime(t *testing.T) {
	first, second := dist(t, "v1.2.3"), dist(t, "v1.2.3")
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
}

func TestChecksums(t *testing.T) {
	files := dist(t, "v1.2.3")
	got := map[string]string{}
	for line := range strings.Lines(files["checksums.txt"]) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		got[name] = sum
	}
	want := map[string]string{}
	for name, content := range files {
		if name != "checksums.txt" {
			want[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, want := len(want), 2*len(platforms)+1; got != want {
		t.Errorf("%d files, want %d: an archive and an SBOM for each platform, and the manifest", got, want)
	}
}

// entry is what an archive says of a file. A zip has no owner.
type entry struct {
	Name, Content string
	Mode          fs.FileMode
	Modified      time.Time
	UID, GID      int
	Owner, Group  string
}

func TestArchives(t *testing.T) {
	license, err := os.ReadFile(filepath.Join("..", "..", "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	files := dist(t, "v1.2.3")
	for _, p := range platforms {
		name := p.archive("v1.2.3")
		t.Run(name, func(t *testing.T) {
			want := []entry{
				{Name: "LICENSE", Content: string(license), Mode: 0o644, Modified: commitTime},
				{Name: p.bin(), Content: "program for " + p.os + "/" + p.arch, Mode: 0o755, Modified: commitTime},
			}
			if diff := cmp.Diff(want, entries(t, name, files[name])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// entries reads an archive, whose kind its name tells.
func entries(t *testing.T, name, content string) []entry {
	t.Helper()
	var found []entry
	if strings.HasSuffix(name, ".zip") {
		r, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			opened, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, entry{Name: f.Name, Content: read(t, opened), Mode: f.Mode(), Modified: f.Modified.UTC()})
		}
		return found
	}
	uncompressed, err := gzip.NewReader(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if uncompressed.Name != "" || !uncompressed.ModTime.IsZero() {
		t.Errorf("gzip's header has name %q and time %v, want none", uncompressed.Name, uncompressed.ModTime)
	}
	for r := tar.NewReader(uncompressed); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, entry{
			Name: header.Name, Content: read(t, r), Mode: header.FileInfo().Mode(), Modified: header.ModTime.UTC(),
			UID: header.Uid, GID: header.Gid, Owner: header.Uname, Group: header.Gname,
		})
	}
}

func read(t *testing.T, r io.Reader) string {
	t.Helper()
	var content bytes.Buffer
	if _, err := content.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return content.String()
}

// The image is made of an archive, which it knows by its name.
func TestImageHasTheArchive(t *testing.T) {
	recipe, err := os.ReadFile(filepath.Join("..", "..", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	want := "ADD dist/" + platform{"linux", "${TARGETARCH}"}.archive("${VERSION}") + " /\n"
	if !strings.Contains(string(recipe), want) {
		t.Errorf("no %q in\n%s", want, recipe)
	}
}

func TestFillKnowsAllOfATemplate(t *testing.T) {
	got, err := fill("version: ${VERSION}\n", map[string]string{"VERSION": "v1.2.3"})
	if got != "version: v1.2.3\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := fill("sha256: ${SHA256_PLAN9_ARM}", nil); err == nil || !strings.Contains(err.Error(), "SHA256_PLAN9_ARM") {
		t.Errorf("error %v, want the name that has no value", err)
	}
}

func TestVersions(t *testing.T) {
	for version, ok := range map[string]bool{
		"v1.2.3": true, "v0.1.0-rc.1": true, "v1.2.3-4-gabcdef0": true, "v0.0.0-g0123456-dirty": true, "v0.0.0-dev": true,
		"": false, "1.2.3": false, "v1.2": false, "main": false, "vmain": false, "ae4f070": false, "v0.0.0-01": false,
	} {
		if err := checkVersion(version); (err == nil) != ok {
			t.Errorf("version %q: %v", version, err)
		}
	}
}

func TestSourceDate(t *testing.T) {
	got, err := sourceDate(fmt.Sprint(commitTime.Unix()))
	if !got.Equal(commitTime) || got.Location() != time.UTC || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "now", "2026-03-04"} {
		if _, err := sourceDate(bad); err == nil {
			t.Errorf("SOURCE_DATE_EPOCH=%q was taken", bad)
		}
	}
}
