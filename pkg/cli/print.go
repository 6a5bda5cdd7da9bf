package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/printers"
)

// printFlags are those of kubectl that say how to print an object; the formats "name" and "wide" are their owner's. They print
// with cli-runtime's printers, as kubectl's do.
type printFlags struct {
	output       string
	template     string
	allowMissing bool
}

func (f *printFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.output, "output", "o", "", "Output format. One of: ("+printFormats+").")
	flags.StringVar(&f.template, "template", "", "Template string or path to template file to use when -o=go-template, -o=go-template-file. The template format is golang templates [http://golang.org/pkg/text/template/#pkg-overview].")
	flags.BoolVar(&f.allowMissing, "allow-missing-template-keys", true, "If true, ignore any errors in templates when a field or map key is missing in the template. Only applies to golang and jsonpath output formats.")
	flags.Bool("show-managed-fields", false, "If true, keep the managedFields when printing objects in JSON or YAML format.")
	flags.Lookup("show-managed-fields").Hidden = true // there are none
	completeFlag(cmd, "output", oneOf(strings.Split(printFormats, ", ")...))
	completeFlag(cmd, "template", files)
}

const printFormats = "name, wide, json, yaml, jsonpath, jsonpath-as-json, jsonpath-file, go-template, go-template-file, template, templatefile"

// lowerNames lets "-o NAME" and "-o Wide" pass: kubectl does not care for their case either.
func (f *printFlags) lowerNames() {
	if lower := strings.ToLower(f.output); lower == "name" || lower == "wide" {
		f.output = lower
	}
}

// plain reports that no format was asked for.
func (f *printFlags) plain() bool { return f.output == "" && f.template == "" }

// printer makes the printer of an object. The errors are kubectl's.
func (f *printFlags) printer() (printers.ResourcePrinter, error) {
	switch strings.ToLower(f.output) {
	case "json":
		return &printers.JSONPrinter{}, nil
	case "yaml":
		return &printers.YAMLPrinter{}, nil
	case "kyaml":
		return &printers.KYAMLPrinter{}, nil
	}
	format, text := f.output, f.template
	switch {
	case format == "":
		format = "go-template"
	case text == "":
		format, text, _ = strings.Cut(format, "=")
	}
	switch format {
	case "jsonpath", "jsonpath-as-json":
		return f.jsonPath(text, format == "jsonpath-as-json")
	case "jsonpath-file":
		return fromFile(text, func(text string) (printers.ResourcePrinter, error) { return f.jsonPath(text, false) })
	case "go-template", "template":
		return f.goTemplate(text)
	case "go-template-file", "templatefile":
		return fromFile(text, f.goTemplate)
	}
	return nil, fmt.Errorf("unable to match a printer suitable for the output format %q, allowed formats are: %s", f.output, printFormats)
}

func fromFile(name string, parse func(text string) (printers.ResourcePrinter, error)) (printers.ResourcePrinter, error) {
	if name == "" {
		return nil, errNoTemplate
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("error reading --template %s, %w", name, err)
	}
	return parse(string(text))
}

var errNoTemplate = errors.New("template format specified but no template given")

func (f *printFlags) jsonPath(text string, asJSON bool) (printers.ResourcePrinter, error) {
	if text == "" {
		return nil, errNoTemplate
	}
	printer, err := printers.NewJSONPathPrinter(text)
	if err != nil {
		return nil, fmt.Errorf("error parsing jsonpath %s, %w", text, err)
	}
	printer.AllowMissingKeys(f.allowMissing)
	printer.EnableJSONOutput(asJSON)
	return printer, nil
}

func (f *printFlags) goTemplate(text string) (printers.ResourcePrinter, error) {
	if text == "" {
		return nil, errNoTemplate
	}
	printer, err := printers.NewGoTemplatePrinter([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("error parsing template %s, %w", text, err)
	}
	printer.AllowMissingKeys(f.allowMissing)
	return printer, nil
}
