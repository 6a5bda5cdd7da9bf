package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-leader/kubectl-leader/docs/docstest"
)

var kubernetesModule = regexp.MustCompile(`(?m)^(?:require|\t)\s*k8s\.io/kubernetes (v\S+)`)

// TestVersions: the page and the README name the versions of Kubernetes that make compat builds.
func TestVersions(t *testing.T) {
	modules, err := filepath.Glob(filepath.Join("..", "test", "compat", "*", "go.mod"))
	if err != nil || len(modules) < 3 {
		t.Fatalf("%q, %v", modules, err)
	}
	var built []string
	for _, module := range modules {
		found := kubernetesModule.FindStringSubmatch(docstest.Read(t, module))
		if found == nil || !strings.HasPrefix(found[1], filepath.Base(filepath.Dir(module))+".") {
			t.Errorf("%s is of Kubernetes %q", module, found)
			continue
		}
		built = append(built, found[1])
	}
	var told []string
	for _, row := range docstest.Tables(docstest.Read(t, "compatibility.md"), "# Versions of Kubernetes") {
		if row["version"] != "" {
			told = append(told, row["version"])
		}
	}
	if !slices.Equal(told, built) {
		t.Errorf("the page tells of %q, and make compat builds %q", told, built)
	}
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range built {
		minor := version[1:strings.LastIndex(version, ".")]
		if !strings.Contains(string(readme), minor+",") && !strings.Contains(string(readme), minor+" ") {
			t.Errorf("README.md does not name %s", minor)
		}
	}
}
