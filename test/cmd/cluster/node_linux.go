package main

import (
	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/node"
)

// newNodeCommands are the components that are nodes, which `up` starts.
func newNodeCommands(open opener) []*cobra.Command {
	var n node.Node
	command := &cobra.Command{
		Use:    "node",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			n.Dir, n.Bin = c.Dir, c.Bin
			return n.Run(cmd.Context())
		},
	}
	command.Flags().StringVar(&n.Name, "name", "", "Name of the node.")
	command.Flags().StringVar(&n.IP, "ip", "", "Address of the node in its network.")
	command.Flags().StringVar(&n.Pods, "pods", "", "Addresses of its pods, as a CIDR.")
	return []*cobra.Command{command}
}
