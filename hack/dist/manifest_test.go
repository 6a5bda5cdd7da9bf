package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/version"
	"sigs.k8s.io/yaml"
)

// manifest is all of krew's manifest that we use: what else is in it is a mistake.
type manifest struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Version          string             `json:"version"`
		Homepage         string             `json:"homepage"`
		ShortDescription string             `json:"shortDescription"`
		Description      string             `json:"description"`
		Caveats          string             `json:"caveats"`
		Platforms        []manifestPlatform `json:"platforms"`
	} `json:"spec"`
}

type manifestPlatform struct {
	URI      string `json:"uri"`
	SHA256   string `json:"sha256"`
	Bin      string `json:"bin"`
	Selector struct {
		MatchLabels map[string]string `json:"matchLabels"`
	} `json:"selector"`
}

// krew's own rules, and those of the review for its index (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/).
// It is krew itself that `make dist-check` asks.
func TestManifestKeepsKrewsRules(t *testing.T) {
	files := dist(t, "v1.2.3")
	var m manifest
	if err := yaml.UnmarshalStrict([]byte(files["krew-manifest.yaml"]), &m); err != nil {
		t.Fatal(err)
	}
	check := func(ok bool, format string, args ...any) {
		t.Helper()
		if !ok {
			t.Errorf(format, args...)
		}
	}
	check(m.APIVersion == "krew.googlecontainertools.github.com/v1alpha2", "apiVersion: %q", m.APIVersion)
	check(m.Kind == "Plugin", "kind: %q", m.Kind)
	check(regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(m.Metadata.Name), "name %q: no small letters and dashes",
		m.Metadata.Name)
	_, err := version.ParseSemantic(m.Spec.Version)
	check(err == nil && strings.HasPrefix(m.Spec.Version, "v"), "version %q: %v", m.Spec.Version, err)
	check(m.Spec.Homepage == "https://github.com/kubectl-leader/kubectl-leader", "homepage: %q", m.Spec.Homepage)
	check(strings.Contains(m.Spec.Caveats, "kubectl leader completion kubectl > ") && strings.Contains(m.Spec.Caveats, "chmod +x "),
		"caveats: %q do not tell how to complete it, which krew cannot install", m.Spec.Caveats)
	short := m.Spec.ShortDescription
	check(short != "" && len(short) <= 50 && !strings.ContainsAny(short, "\r\n"), "shortDescription %q: 1 to 50 bytes on one line",
		short)
	check(!strings.HasSuffix(short, "."), "shortDescription %q ends like a sentence", short)
	check(strings.TrimSpace(m.Spec.Description) != "", "no description")

	seen := map[string]bool{}
	for i, p := range m.Spec.Platforms {
		labels := p.Selector.MatchLabels
		selected := platform{labels["os"], labels["arch"]}
		key := selected.os + "/" + selected.arch
		check(len(labels) == 2 && slices.Contains(platforms, selected), "platform %d selects %v: no platform that is built", i, labels)
		check(!seen[key], "two platforms for %s", key)
		seen[key] = true
		check(regexp.MustCompile(`^[a-f0-9]{64}$`).MatchString(p.SHA256), "%s: sha256 %q", key, p.SHA256)
		check((selected.os == "windows") == strings.HasSuffix(p.Bin, ".exe"), "%s: bin %q", key, p.Bin)

		name := path.Base(p.URI)
		check(p.URI == m.Spec.Homepage+"/releases/download/v1.2.3/"+name, "%s: uri %q", key, p.URI)
		check(strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".zip"), "%s: krew cannot unpack %q", key, name)
		check(strings.Contains(files["checksums.txt"], fmt.Sprintf("%s  %s\n", p.SHA256, name)), "%s: %s is not the checksum of %s",
			key, p.SHA256, name)
		installed := map[string]string{}
		for _, e := range entries(t, name, files[name]) {
			check(!strings.Contains(e.Name, "..") && !path.IsAbs(e.Name), "%s: krew refuses to unpack %q", key, e.Name)
			installed[e.Name] = e.Content
		}
		check(installed[p.Bin] == "program for "+key, "%s: bin %q of %s is %q", key, p.Bin, name, installed[p.Bin])
		check(installed["LICENSE"] != "", "%s: no LICENSE in %s", key, name)
	}
	check(len(seen) == len(platforms), "platforms %v, want all of %v", seen, platforms)
}
