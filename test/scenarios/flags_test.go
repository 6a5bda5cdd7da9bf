package scenarios

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// All of kubectl's flags that say which cluster to talk to are there, with kubectl's words.
func TestConnectionFlags(t *testing.T) {
	out, err := exec.Command(filepath.Join(shared.bin, "kubectl-leader"), "options").Output()
	if err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("kubectl", pflag.ContinueOnError)
	genericclioptions.NewConfigFlags(false).WithDeprecatedPasswordFlag().AddFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		name, value := "    --"+f.Name, f.DefValue
		if f.Shorthand != "" {
			name = "    -" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() == "string" {
			value = "'" + value + "'"
		}
		if want := fmt.Sprintf("%s=%s:\n\t%s\n", name, value, f.Usage); !strings.Contains(string(out), want) {
			t.Errorf("options does not have\n%s", want)
		}
	})
}
