package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

func newCommand() *cobra.Command {
	var dir string
	root := &cobra.Command{
		Use:           "cluster",
		Short:         "A Kubernetes cluster of plain processes in one folder",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&dir, "dir", ".cluster", "The cluster's folder.")
	open := func() (*cluster.Cluster, error) {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		if program, err = filepath.EvalSymlinks(program); err != nil {
			return nil, err
		}
		return cluster.Open(dir, filepath.Dir(program), os.Stderr)
	}
	root.AddCommand(newUpCommand(open), newDownCommand(open), newStatusCommand(open),
		newDeployCommand(open), newRotateCommand(open), newLogfileCommand(open), newRunnerCommand(open), newTunnelCommand(open), newImagesCommand(open))
	root.AddCommand(newNodeCommands(open)...)
	root.AddCommand(newControlCommands(open)...)
	return root
}

// opener returns the cluster of the --dir flag.
type opener func() (*cluster.Cluster, error)

func newUpCommand(open opener) *cobra.Command {
	var noDemo, bare bool
	var version string
	nodes := cluster.DefaultNodes()
	command := &cobra.Command{
		Use:   "up",
		Short: "Start the cluster, or what of it does not run",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			extent := cluster.Demo
			switch {
			case bare:
				extent = cluster.Bare
			case noDemo:
				extent = cluster.NoDemo
			}
			if err := c.UseNodes(nodes); err != nil {
				return err
			}
			if err := c.UseVersion(version); err != nil {
				return err
			}
			if err := c.Up(cmd.Context(), extent); err != nil {
				return err
			}
			fmt.Printf("export KUBECONFIG=%s\nexport PATH=%s:$PATH\n", quote(c.Dir.Kubeconfig()), quote(c.Bin))
			return nil
		},
	}
	command.Flags().BoolVar(&noDemo, "no-demo", false, "Do not deploy the demo operator.")
	command.Flags().BoolVar(&bare, "bare", false, "Start etcd and kube-apiserver only: no controllers, no nodes, no runner, no demo operator.")
	command.Flags().StringVar((*string)(&nodes.Kind), "nodes", string(nodes.Kind), "Kind of the nodes: kwok, or kubelet for real ones (Linux, root). A cluster that exists keeps its own.")
	command.Flags().IntVar(&nodes.Count, "node-count", nodes.Count, "Number of nodes.")
	command.Flags().StringVar(&version, "kubernetes", "", "Minor version of the control plane, such as v1.30, for which kube-v1.30 is beside this program (default: that of kube). A cluster that exists keeps its own.")
	return command
}

// quote makes a path one word for a shell; most paths need nothing.
func quote(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+", r)
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func newDownCommand(open opener) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "End all processes of the cluster and remove its folder",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			return c.Down(cmd.Context())
		},
	}
}
