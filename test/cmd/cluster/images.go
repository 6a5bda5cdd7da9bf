package main

import "github.com/spf13/cobra"

func newImagesCommand(open opener) *cobra.Command {
	return &cobra.Command{
		Use:   "images FILE",
		Short: "Write the images of the demo operator and of pause, for another cluster",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := open()
			if err != nil {
				return err
			}
			return c.WriteImages(args[0])
		},
	}
}
