package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newRotateCommand(open opener) *cobra.Command {
	var namespace string
	command := &cobra.Command{
		Use:   "rotate-logs POD",
		Short: "Rotate the pod's logs now, as the kubelet does",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			return c.RotateLogs(cmd.Context(), namespace, args[0])
		},
	}
	command.Flags().StringVarP(&namespace, "namespace", "n", "default", "The pod's namespace.")
	return command
}

func newLogfileCommand(open opener) *cobra.Command {
	var namespace string
	var all bool
	command := &cobra.Command{
		Use:   "logfile POD",
		Short: "Print the paths of all logs that the pod ever wrote, oldest first",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if all == (len(args) == 1) {
				return errors.New("give either a pod or --all")
			}
			c, err := open()
			if err != nil {
				return err
			}
			pod := ""
			if !all {
				pod = args[0]
			}
			files, err := c.Dir.LogFiles(namespace, pod)
			if err != nil {
				return err
			}
			for _, file := range files {
				fmt.Println(file)
			}
			return nil
		},
	}
	command.Flags().StringVarP(&namespace, "namespace", "n", "default", "The pod's namespace.")
	command.Flags().BoolVar(&all, "all", false, "Of all pods that ever were in the namespace.")
	return command
}
