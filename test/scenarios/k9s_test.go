package scenarios

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/yaml"
)

// plugin is an entry of plugins.yaml.
type plugin struct {
	ShortCut    string
	Description string
	Scopes      []string
	Command     string
	Args        []string
	Background  bool
	Dangerous   bool
	Confirm     *bool
	Inputs      []struct{ Name, Default string }
}

// k9sPlugins reads plugins.yaml: as k9s takes it, and as it is.
func k9sPlugins(t *testing.T) (map[string]plugin, map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(shared.bin), "plugins.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	converted, err := yaml.ToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Plugins map[string]plugin }
	var raw map[string]any
	for _, into := range []any{&file, &raw} {
		if err := json.Unmarshal(converted, into); err != nil {
			t.Fatal(err)
		}
	}
	return file.Plugins, raw
}

// field is a property of an object in k9s's schema.
type field struct {
	required bool
	valid    func(value any) bool
}

func isA[T any](value any) bool { _, ok := value.(T); return ok }

func listOf(valid func(any) bool) func(any) bool {
	return func(value any) bool {
		list, ok := value.([]any)
		return ok && !slices.ContainsFunc(list, func(v any) bool { return !valid(v) })
	}
}

func oneOf(words ...string) func(any) bool {
	return func(value any) bool { return slices.Contains(words, fmt.Sprint(value)) }
}

// The fields of k9s's schema of 0.51
// (https://github.com/derailed/k9s/blob/v0.51.0/internal/config/json/schemas/plugins.json). Releases before it know no
// inputs and ignore them.
var (
	inputSchema = map[string]field{
		"name":     {true, isA[string]},
		"type":     {true, oneOf("string", "number", "bool", "dropdown")},
		"label":    {false, isA[string]},
		"required": {false, isA[bool]},
		"default":  {false, isA[string]},
		"options":  {false, listOf(isA[string])},
	}
	pluginSchema = map[string]field{
		"shortCut":        {true, isA[string]},
		"description":     {true, isA[string]},
		"scopes":          {true, listOf(isA[string])},
		"command":         {true, isA[string]},
		"override":        {false, isA[bool]},
		"confirm":         {false, isA[bool]},
		"dangerous":       {false, isA[bool]},
		"background":      {false, isA[bool]},
		"overwriteOutput": {false, isA[bool]},
		"args":            {false, listOf(isA[string])},
		"inputs": {false, func(value any) bool {
			list, ok := value.([]any)
			return ok && len(list) <= 5 && !slices.ContainsFunc(list, func(v any) bool {
				input, ok := v.(map[string]any)
				_, hasDefault := input["default"]
				return !ok || len(mistakes(input, inputSchema)) > 0 ||
					hasDefault && input["type"] != "bool" && input["required"] != true
			})
		}},
	}
	fileSchema = map[string]field{"plugins": {true, isA[map[string]any]}}
)

// mistakes is what a schema does not allow of an object.
func mistakes(object map[string]any, schema map[string]field) (found []string) {
	for name, value := range object {
		if f, known := schema[name]; !known || !f.valid(value) {
			found = append(found, fmt.Sprintf("%s: %v", name, value))
		}
	}
	for name, f := range schema {
		if _, there := object[name]; f.required && !there {
			found = append(found, name+" is missing")
		}
	}
	return found
}

// Keys with Shift that k9s binds itself, in its releases since 0.40: G goes to the end of a table, J to the owner; the others
// sort, and forward a port of a pod.
var k9sKeys = map[string]string{"leases": "AGJNOPS", "pods": "AGJNOPS" + "CFIMQRTVXZ"}

func TestK9sPlugins(t *testing.T) {
	plugins, raw := k9sPlugins(t)
	if found := mistakes(raw, fileSchema); len(found) > 0 {
		t.Fatal(found)
	}
	for name, entry := range raw["plugins"].(map[string]any) {
		if found := mistakes(entry.(map[string]any), pluginSchema); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	taken := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(plugins)) {
		p := plugins[name]
		for _, scope := range p.Scopes {
			own, known := k9sKeys[scope]
			key, shift := strings.CutPrefix(p.ShortCut, "Shift-")
			if !known || !shift || len(key) != 1 || key < "A" || key > "Z" || strings.Contains(own, key) {
				t.Errorf("%s: %s is not free in the view of %s", name, p.ShortCut, scope)
			}
			if other, ok := taken[scope+key]; ok {
				t.Errorf("%s and %s are both on %s", other, name, p.ShortCut)
			}
			taken[scope+key] = name
		}
		words := []string{"leader", "$KUBECONFIG", "$CONTEXT", "$NAMESPACE", "$NAME"}
		if p.Command != "bash" || len(p.Args) < 5 || p.Args[0] != "-c" || !slices.Equal(p.Args[2:], words[:len(p.Args)-2]) {
			t.Errorf("%s: %s %q, want bash -c SCRIPT %s", name, p.Command, p.Args, words)
			continue
		}
		script := p.Args[1]
		for _, part := range []string{`KUBECONFIG="$1" kubectl leader `, ` --context "$2"`, ` -n "$3"`} {
			if !strings.Contains(script, part) {
				t.Errorf("%s: no %q in %q", name, part, script)
			}
		}
		for _, word := range words[1:] {
			if strings.Contains(script, word) {
				t.Errorf("%s: bash would read the text of %s as a part of its script", name, word)
			}
		}
		for _, mutation := range []string{"delete", "failover", "exec "} {
			if strings.Contains(script, "leader "+mutation) && (!p.Dangerous || p.Confirm == nil || !*p.Confirm) {
				t.Errorf("%s: what changes the cluster has to be dangerous and to confirm", name)
			}
		}
		if len(p.Inputs) > 0 && (p.Confirm == nil || *p.Confirm != p.Dangerous) {
			t.Errorf("%s: k9s asks for a confirmation after inputs, unless confirm is false", name)
		}
	}
}
