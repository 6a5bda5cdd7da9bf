//go:build !linux

package cgroup

import "context"

// Remove does nothing: only Linux has control groups.
func Remove(context.Context, string) error { return nil }
