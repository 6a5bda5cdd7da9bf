package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is the value of a flag of which there are only some.
type choice struct {
	value *string
	of    []string
}

// addChoice adds a flag that takes one of a few words, the first one unless it is given, and completes them. It is a
// persistent one if the flags are.
func addChoice(cmd *cobra.Command, flags *pflag.FlagSet, value *string, name, usage string, of ...string) *pflag.Flag {
	*value = of[0]
	flag := flags.VarPF(&choice{value, of}, name, "", usage)
	completeFlag(cmd, name, oneOf(of...))
	return flag
}

func (c *choice) String() string {
	if c.value == nil {
		return "" // of the zero value, which pflag compares with
	}
	return *c.value
}

func (c *choice) Type() string { return "string" }

func (c *choice) Set(text string) error {
	if !slices.Contains(c.of, text) {
		return fmt.Errorf("must be %s or %s", strings.Join(c.of[:len(c.of)-1], ", "), c.of[len(c.of)-1])
	}
	*c.value = text
	return nil
}
