package scenarios

import (
	"errors"
	"os/exec"
	"path/filepath"
	"testing"
)

// identityDir is the folder of the cluster on which the identities are proved.
func identityDir() string { return shared.dir + "-identity" }

// TestIdentities proves that the leaders behind the locks of real projects are found,
// by holder and by list alike. The cluster is one of its own: the
// cases bring nodes, and pods that nobody runs.
func TestIdentities(t *testing.T) {
	t.Parallel()
	only(t, noNodes, kwok)
	cmd := exec.CommandContext(t.Context(), filepath.Join(shared.bin, "identity"), "--dir", identityDir(), "--list",
		"../identity/testdata/cases.json", "../identity/testdata/own.json", "../identity/testdata/kin.json")
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		t.Errorf("%v:\n%s", err, output)
	case err != nil:
		t.Fatal(err)
	}
}
