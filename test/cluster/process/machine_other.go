//go:build !linux

package process

import "syscall"

// ownMachine does nothing: only Linux has namespaces, and nobody asks for them elsewhere.
func ownMachine(*syscall.SysProcAttr) {}
