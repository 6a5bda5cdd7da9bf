// Package image makes container images as `docker save` writes them, of which
// container runtimes import several from one file.
package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// Image is an image of one layer.
type Image struct {
	Name       string            // with its tag
	Files      map[string]string // executables: path in the image -> file here
	Links      map[string]string // path in the image -> what it points to
	Entrypoint []string
	WorkingDir string
	Env        []string
}

type manifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// https://github.com/opencontainers/image-spec/blob/main/config.md
type config struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       struct {
		Entrypoint []string
		WorkingDir string
		Env        []string
	} `json:"config"`
	RootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	} `json:"rootfs"`
}

// WriteArchive writes the images into one file, which appears when it is
// complete.
func WriteArchive(file string, images ...Image) error {
	out, err := os.Create(file + ".new")
	if err != nil {
		return err
	}
	defer out.Close() // closed below, where the error counts
	archive := tar.NewWriter(out)
	var all []manifest
	for _, image := range images {
		entry, err := image.write(archive)
		if err != nil {
			return fmt.Errorf("image %s: %w", image.Name, err)
		}
		all = append(all, entry)
	}
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	if err := add(archive, "manifest.json", data); err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (i Image) write(archive *tar.Writer) (manifest, error) {
	layer, err := i.layer()
	if err != nil {
		return manifest{}, err
	}
	digest := sum(layer)
	var c config
	c.Architecture, c.OS = runtime.GOARCH, "linux"
	c.Config.Entrypoint, c.Config.WorkingDir, c.Config.Env = i.Entrypoint, i.WorkingDir, i.Env
	c.RootFS.Type, c.RootFS.DiffIDs = "layers", []string{"sha256:" + digest}
	data, err := json.Marshal(c)
	if err != nil {
		return manifest{}, err
	}
	entry := manifest{Config: sum(data) + ".json", RepoTags: []string{i.Name}, Layers: []string{digest + "/layer.tar"}}
	if err := add(archive, entry.Layers[0], layer); err != nil {
		return manifest{}, err
	}
	return entry, add(archive, entry.Config, data)
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

func add(archive *tar.Writer, name string, data []byte) error {
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: time.Unix(0, 0)}); err != nil {
		return err
	}
	_, err := io.Copy(archive, bytes.NewReader(data))
	return err
}
