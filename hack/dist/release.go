package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// release is what there is to make. build writes the program's file for a platform, describe returns an SBOM of such a file.
type release struct {
	source  string // folder of the module
	out     string
	version string
	time    time.Time

	build    func(ctx context.Context, p platform, file string) error
	describe func(ctx context.Context, file, version string) ([]byte, error)
}

// write makes all files of the release.
func (r release) write(ctx context.Context) error {
	binaries, err := os.MkdirTemp("", "dist-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(binaries) // a temporary folder
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	variables := map[string]string{"VERSION": r.version}
	var checksums strings.Builder
	for _, p := range platforms {
		binary := filepath.Join(binaries, p.os+"_"+p.arch, p.bin())
		if err := r.build(ctx, p, binary); err != nil {
			return err
		}
		archive, err := r.pack(p, binary)
		if err != nil {
			return err
		}
		sum, err := r.put(p.archive(r.version), archive, &checksums)
		if err != nil {
			return err
		}
		variables["SHA256_"+strings.ToUpper(p.os+"_"+p.arch)] = sum
		sbom, err := r.describe(ctx, binary, r.version)
		if err != nil {
			return err
		}
		if _, err := r.put(p.sbom(r.version), sbom, &checksums); err != nil {
			return err
		}
	}
	template, err := os.ReadFile(filepath.Join(r.source, "krew-manifest.yaml"))
	if err != nil {
		return err
	}
	manifest, err := fill(string(template), variables)
	if err != nil {
		return fmt.Errorf("krew-manifest.yaml: %w", err)
	}
	if _, err := r.put("krew-manifest.yaml", []byte(manifest), &checksums); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, "checksums.txt"), []byte(checksums.String()), 0o644)
}

// pack is the archive for a platform: the program and its license, which krew wants to see installed.
func (r release) pack(p platform, binary string) ([]byte, error) {
	license, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	files := []file{{"LICENSE", 0o644, license}, {p.bin(), 0o755, program}}
	if p.os == "windows" {
		return zipped(files, r.time)
	}
	return tarGz(files, r.time)
}

// put writes a file of the release and adds its checksum, as sha256sum -c reads them. It returns the checksum, too.
func (r release) put(name string, content []byte, checksums *strings.Builder) (string, error) {
	sum := fmt.Sprintf("%x", sha256.Sum256(content))
	fmt.Fprintf(checksums, "%s  %s\n", sum, name) // a builder
	return sum, os.WriteFile(filepath.Join(r.out, name), content, 0o644)
}

// fill puts in what ${NAME} stands for.
func fill(template string, variables map[string]string) (string, error) {
	var unknown []string
	text := os.Expand(template, func(name string) string {
		value, ok := variables[name]
		if !ok {
			unknown = append(unknown, name)
		}
		return value
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("no value for %s", strings.Join(unknown, ", "))
	}
	return text, nil
}
