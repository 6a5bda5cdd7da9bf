package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
)

// cyclonedx reads from a binary which modules are in it (https://github.com/CycloneDX/cyclonedx-gomod).
const cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

// describe is a CycloneDX SBOM of a binary. It bears no time and no serial number, as these would differ each time.
func describe(ctx context.Context, file, version string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", "run", cyclonedx, "bin", "-json", "-std", "-noserial", "-notimestamp",
		"-version", version, file)
	// The tool writes its own checksum into what it makes.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	var output, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &messages
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("cyclonedx-gomod: %w\n%s", err, messages.String())
	}
	return output.Bytes(), nil
}
