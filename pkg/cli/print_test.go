package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestPrinter(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-o json", "{\n    \"kind\": \"Leader\",\n    \"pod\": \"op-0\"\n}\n"},
		{"-o YAML", "kind: Leader\npod: op-0\n"},
		{"-o kyaml", "---\n{\n  kind: \"Leader\",\n  pod: \"op-0\",\n}\n"},
		{"-o jsonpath={.pod}", "op-0"},
		{"-o jsonpath-as-json={.pod}", "[\n    \"op-0\"\n]\n"},
		{"-o jsonpath --template={.pod}", "op-0"},
		{"-o go-template={{.pod}}", "op-0"},
		{"-o template={{.nope}}", "<no value>"},
		{"--template={{.pod}}", "op-0"},
		{"-o json --template={{.pod}}", "{\n    \"kind\": \"Leader\",\n    \"pod\": \"op-0\"\n}\n"},
		{"-o jsonpath={.nope}", ""},
		{"-o jsonpath={.nope} --allow-missing-template-keys=false", "error executing jsonpath"},
		{"-o template={{.nope}} --allow-missing-template-keys=false", "error executing template"},
		{"-o jsonpath", "template format specified but no template given"},
		{"-o go-template=", "template format specified but no template given"},
		{"-o jsonpath={.pod", "error parsing jsonpath {.pod, "},
		{"-o go-template={{.pod", "error parsing template {{.pod, "},
		{"-o jsonpath-file=/nowhere/at/all", "error reading --template /nowhere/at/all, "},
		{"-o templatefile", "template format specified but no template given"},
		{"-o custom-columns=A:b", `unable to match a printer suitable for the output format "custom-columns=A:b", allowed formats are: name, `},
		{"-o go-template={{.pod}} --template={{.kind}}", `unable to match a printer suitable for the output format "go-template={{.pod}}", `},
	} {
		t.Run(c.args, func(t *testing.T) {
			f := &printFlags{}
			cmd := &cobra.Command{}
			f.addTo(cmd)
			if err := cmd.ParseFlags(strings.Fields(c.args)); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			printer, err := f.printer()
			if err == nil {
				err = printer.PrintObj(&unstructured.Unstructured{Object: map[string]any{"kind": "Leader", "pod": "op-0"}}, &out)
			}
			switch {
			case err != nil && (c.want == "" || !strings.HasPrefix(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case err == nil && out.String() != c.want:
				t.Errorf("printed %q, want %q", out.String(), c.want)
			}
		})
	}
}
