package image

import (
	"archive/tar"
	"bytes"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// layer is the file system of the image as a tar; the same content gives the
// same bytes.
func (i Image) layer() ([]byte, error) {
	var out bytes.Buffer
	layer := tar.NewWriter(&out)
	for _, folder := range i.folders() {
		header := &tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}
		if err := layer.WriteHeader(header); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.Files)) {
		data, err := os.ReadFile(i.Files[name])
		if err != nil {
			return nil, err
		}
		header := &tar.Header{Name: relative(name), Mode: 0o755, Size: int64(len(data)), ModTime: time.Unix(0, 0)}
		if err := layer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := layer.Write(data); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.Links)) {
		header := &tar.Header{Typeflag: tar.TypeSymlink, Name: relative(name), Linkname: i.Links[name], Mode: 0o777, ModTime: time.Unix(0, 0)}
		if err := layer.WriteHeader(header); err != nil {
			return nil, err
		}
	}
	err := layer.Close()
	return out.Bytes(), err
}

// folders are the folders that the image needs, parents first.
func (i Image) folders() []string {
	needed := map[string]bool{"tmp": true}
	addAll := func(folder string) {
		for ; folder != "." && folder != "/" && folder != ""; folder = path.Dir(folder) {
			needed[folder] = true
		}
	}
	addAll(relative(i.WorkingDir))
	for name := range i.Files {
		addAll(path.Dir(relative(name)))
	}
	for name := range i.Links {
		addAll(path.Dir(relative(name)))
	}
	return slices.Sorted(maps.Keys(needed))
}

func relative(name string) string { return strings.TrimPrefix(name, "/") }
