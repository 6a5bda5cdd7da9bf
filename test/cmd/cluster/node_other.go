//go:build !linux

package main

import "github.com/spf13/cobra"

// newNodeCommands are none: real kubelets need Linux.
func newNodeCommands(opener) []*cobra.Command { return nil }
