package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// newControlCommands are the commands that change one component's state.
func newControlCommands(open opener) []*cobra.Command {
	verb := func(name, short string, do func(*cluster.Cluster, context.Context, string) error) *cobra.Command {
		return &cobra.Command{
			Use:   name + " COMPONENT",
			Short: short,
			Args:  cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				c, err := open()
				if err != nil {
					return err
				}
				return do(c, cmd.Context(), args[0])
			},
		}
	}
	return []*cobra.Command{
		verb("start", "Start a component and wait until it is ready", (*cluster.Cluster).Start),
		verb("stop", "End a component with SIGTERM and wait for its end", (*cluster.Cluster).Stop),
		verb("kill", "End a component with SIGKILL and wait for its end", (*cluster.Cluster).Kill),
		verb("pause", "Hold a component with SIGSTOP", (*cluster.Cluster).Pause),
		verb("resume", "Let a paused component go on", (*cluster.Cluster).Resume),
		verb("restart", "Stop and start a component", (*cluster.Cluster).Restart),
	}
}

func newStatusCommand(open opener) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the state of each component",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			all, err := c.Status(cmd.Context())
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
			fmt.Fprintln(table, "NAME\tPID\tSTATE\tPORT")
			for _, one := range all {
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\n", one.Name, one.PID, one.State, one.Port)
			}
			return table.Flush()
		},
	}
}
