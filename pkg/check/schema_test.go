package check

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

var schemaPath = filepath.Join("..", "..", "schema", "check.schema.json")

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// validate checks every document of a file against the schema.
func validate(s *jsonschema.Schema, content string) error {
	decoder := yaml.NewDecoder(strings.NewReader(content))
	for {
		var document yaml.Node
		switch err := decoder.Decode(&document); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		single, err := yaml.Marshal(&document)
		if err != nil {
			return err
		}
		converted, err := sigsyaml.YAMLToJSON(single)
		if err != nil {
			return err
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(string(converted)))
		if err != nil {
			return err
		}
		if err := s.Validate(instance); err != nil {
			return err
		}
	}
}

func TestSchemaTakesTheExamples(t *testing.T) {
	s := schema(t)
	for _, path := range examples(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(s, string(content)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestSchemaRefusesBadFiles: what the reader refuses, the schema does, where a schema can say so.
func TestSchemaRefusesBadFiles(t *testing.T) {
	s := schema(t)
	for _, test := range badFiles() {
		if err := validate(s, test.content); err == nil && !test.passesSchema {
			t.Errorf("%s: the schema lets pass\n%s", test.name, test.content)
		}
	}
}

// TestSchemaHasTheFields keeps the schema in step with the reader: each mapping has the same fields in both.
func TestSchemaHasTheFields(t *testing.T) {
	content, err := os.ReadFile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Defs map[string]struct {
			Properties map[string]struct{} `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	for name, fields := range map[string][]string{
		"lockCheck": entryFields("lock"), "port-forward": entryFields("port-forward"), "logs": entryFields("logs"),
		"exec": entryFields("exec"), "delete": entryFields("delete"), "leaderElection": leaderElectionFields(),
		"kubectl": kubectlFields(), "checkpoint": checkpointFields(), "spec": specFields(), "metadata": metadataFields(),
		"document": slices.DeleteFunc(rootFields(), func(name string) bool { return slices.Contains(checkpointFields(), name) }),
	} {
		slices.Sort(fields)
		if got := slices.Sorted(maps.Keys(document.Defs[name].Properties)); !slices.Equal(got, fields) {
			t.Errorf("%s has in the schema %v, in the reader %v", name, got, fields)
		}
	}
}
