package main

import "github.com/spf13/cobra"

// newTunnelCommand is the component `tunnel`, which `up` starts.
func newTunnelCommand(open opener) *cobra.Command {
	return &cobra.Command{
		Use:    "tunnel",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			t, err := c.Tunnel()
			if err != nil {
				return err
			}
			return t.Run(cmd.Context())
		},
	}
}
