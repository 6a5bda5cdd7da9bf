package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// platform is one that a release has an archive for.
type platform struct{ os, arch string }

var platforms = []platform{
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

// bin is the program's file name.
func (p platform) bin() string {
	if p.os == "windows" {
		return "kubectl-leader.exe"
	}
	return "kubectl-leader"
}

// archive is the name of its archive, in the form that is customary there.
func (p platform) archive(version string) string {
	if p.os == "windows" {
		return p.name(version) + ".zip"
	}
	return p.name(version) + ".tar.gz"
}

// sbom is the name of its SBOM.
func (p platform) sbom(version string) string { return p.name(version) + ".cdx.json" }

func (p platform) name(version string) string {
	return fmt.Sprintf("kubectl-leader_%s_%s_%s", version, p.os, p.arch)
}

// build compiles the program from the module in a folder. What a machine's Go is configured to do does not count.
func build(ctx context.Context, source string, p platform, ldflags, file string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", file,
		"./cmd/kubectl-leader")
	cmd.Dir = source
	cmd.Env = append(os.Environ(), "GOOS="+p.os, "GOARCH="+p.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED=0",
		"GOFLAGS=-mod=readonly", "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build for %s/%s: %w\n%s", p.os, p.arch, err, output)
	}
	return nil
}
