package cli

import (
	"testing"

	"github.com/spf13/cobra"
)

func TestChoice(t *testing.T) {
	for args, want := range map[string]string{"": "auto", "--when=never": "never", "--when=": "?", "--when=Never": "?", "--when": "?"} {
		value := ""
		cmd := &cobra.Command{}
		addChoice(cmd, cmd.Flags(), &value, "when", "", "auto", "always", "never")
		var given []string
		if args != "" {
			given = []string{args}
		}
		if err := cmd.ParseFlags(given); err != nil {
			value = "?"
		}
		if value != want {
			t.Errorf("%s: %s, want %s", args, value, want)
		}
	}
}
