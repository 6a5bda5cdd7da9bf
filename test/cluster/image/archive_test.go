package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// untar returns the entries of a tar: a file's content, a link's target, "" for a folder.
func untar(t *testing.T, data []byte) (names []string, content map[string]string) {
	t.Helper()
	content = map[string]string{}
	for reader := tar.NewReader(bytes.NewReader(data)); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return names, content
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
		content[header.Name] = string(text) + header.Linkname
	}
}

func TestArchive(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!program"), 0o755); err != nil {
		t.Fatal(err)
	}
	images := []Image{
		{Name: "a:dev", Files: map[string]string{"/bin/box": program}, Links: map[string]string{"/bin/sh": "box"}, Entrypoint: []string{"/bin/box"}, WorkingDir: "/work"},
		{Name: "b:dev", Files: map[string]string{"/b": program}, Entrypoint: []string{"/b", "-x"}},
	}
	read := func(name string) []byte {
		file := filepath.Join(dir, name)
		if err := WriteArchive(file, images...); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	archive := read("one.tar")
	if !bytes.Equal(archive, read("two.tar")) {
		t.Error("the same images give different archives")
	}
	_, entries := untar(t, archive)
	var all []manifest
	if err := json.Unmarshal([]byte(entries["manifest.json"]), &all); err != nil || len(all) != 2 {
		t.Fatalf("manifest: %v, %v", all, err)
	}
	for i, entry := range all {
		if entry.RepoTags[0] != images[i].Name {
			t.Errorf("image %d is called %v", i, entry.RepoTags)
		}
		var c config
		if err := json.Unmarshal([]byte(entries[entry.Config]), &c); err != nil {
			t.Fatal(err)
		}
		layer := entries[entry.Layers[0]]
		if want := "sha256:" + sum([]byte(layer)); c.RootFS.DiffIDs[0] != want {
			t.Errorf("%s: layer %s, want %s", images[i].Name, c.RootFS.DiffIDs[0], want)
		}
		if !slices.Equal(c.Config.Entrypoint, images[i].Entrypoint) || c.Config.WorkingDir != images[i].WorkingDir {
			t.Errorf("%s: %+v", images[i].Name, c.Config)
		}
	}
	names, files := untar(t, []byte(entries[all[0].Layers[0]]))
	if want := []string{"bin/", "tmp/", "work/", "bin/box", "bin/sh"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if files["bin/box"] != "#!program" || files["bin/sh"] != "box" {
		t.Errorf("got %v", files)
	}
	if err := WriteArchive(filepath.Join(dir, "three.tar"), Image{Name: "c", Files: map[string]string{"/c": dir + "/none"}}); err == nil {
		t.Error("want an error for a file that is missing")
	}
}
