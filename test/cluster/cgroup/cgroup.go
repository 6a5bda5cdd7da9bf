// Package cgroup gives a machine that is a process a part of the control
// groups for its own: what it makes there can be found and removed after its
// end, whatever way that came.
package cgroup

import (
	"crypto/sha256"
	"encoding/hex"
)

// Name is the control group of all that belongs to a folder.
func Name(folder string) string {
	digest := sha256.Sum256([]byte(folder))
	return "kubectl-leader-" + hex.EncodeToString(digest[:4])
}
