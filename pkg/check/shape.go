package check

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The fields of the mappings above the entries.
func rootFields() []string {
	return append(checkpointFields(), "expect", "apiVersion", "kind", "metadata", "spec")
}
func specFields() []string     { return []string{"expect"} }
func metadataFields() []string { return []string{"name", "description"} }
func checkpointFields() []string {
	return []string{"name", "after", "timeout", "wait", "kubectl"}
}
func kubectlFields() []string { return []string{"lock", "port-forward", "logs", "exec", "delete"} }

// What the E2E schema has, and what has nothing to do with a leader: each is refused by name.
func foreignKubectl() map[string]string {
	return foreign("has nothing to do with a leader and would not be run: take it out, and leave it to kubectl or to ork e2e",
		"get", "describe", "apply", "patch", "events", "auth", "cp", "top", "restart", "scale")
}

func foreignCheckpoint() map[string]string {
	all := foreign("has nothing to do with a leader and would not be run: take it out, and leave it to kubectl or to ork e2e",
		"resources", "commands", "onFailure")
	for name, reason := range map[string]string{
		"when":    "is a condition that only ork e2e can judge: take it out",
		"or":      "is a condition that only ork e2e can judge: take it out",
		"include": "is not followed: give the included file itself, several files are run in their order",
	} {
		all[name] = reason
	}
	return all
}

func foreignSpec() map[string]string {
	return foreign("prepares a cluster or a run of ork e2e, which is not done here: take it out, and leave only expect",
		"katalog", "crd", "crdFiles", "cr", "crFiles", "custom", "customOperator", "init", "cluster", "setup", "valuesFiles", "notes", "onFailure", "imports")
}

func foreign(reason string, names ...string) map[string]string {
	all := make(map[string]string, len(names))
	for _, name := range names {
		all[name] = reason
	}
	return all
}

// document reads one document in the shape that it has.
func (f *file) document(root *yaml.Node) []Checkpoint {
	if root = resolve(root); root.Kind == yaml.SequenceNode {
		return f.checkpoints(root.Content)
	}
	refused := foreignCheckpoint()
	for _, name := range kubectlFields() {
		refused[name] = "stands below kubectl: write kubectl: above it, and indent it"
	}
	refused["imports"] = "are not followed: give the imported files themselves, several files are run in their order"
	m, ok := f.mapping(root, "the document", rootFields(), refused)
	if !ok {
		return nil
	}
	var shapes []string
	for _, name := range []string{"kubectl", "expect", "spec"} {
		if m.has(name) {
			shapes = append(shapes, name)
		}
	}
	if len(shapes) > 1 {
		m.wrong(shapes[1], "stands beside %s: a document has one of them", shapes[0])
		return nil
	}
	if m.has("kubectl") {
		return f.checkpoints([]*yaml.Node{root})
	}
	if kind, ok := m.scalar("kind", "E2E"); ok && kind != "E2E" {
		m.wrong("kind", "is E2E for a document of checks, not %s", quote(kind))
		return nil
	}
	if m.has("metadata") {
		f.mapping(m.values["metadata"], "metadata", metadataFields(), nil)
	}
	for _, name := range checkpointFields() {
		if m.has(name) {
			m.wrong(name, "belongs to a checkpoint: write it below expect")
		}
	}
	if m.has("spec") {
		if m, ok = f.mapping(m.values["spec"], "spec", specFields(), foreignSpec()); !ok {
			return nil
		}
	}
	if !m.has("expect") {
		if len(f.problems) == 0 {
			f.wrongAt(root.Line, "", "the document has no checks: it begins with kubectl:, with expect:, or is a list of checkpoints")
		}
		return nil
	}
	return f.checkpoints(m.items("expect"))
}

func (f *file) checkpoints(nodes []*yaml.Node) (checkpoints []Checkpoint) {
	for _, node := range nodes {
		if checkpoint, ok := f.checkpoint(node); ok {
			checkpoints = append(checkpoints, checkpoint)
		}
	}
	return checkpoints
}

func (f *file) checkpoint(node *yaml.Node) (Checkpoint, bool) {
	refused := foreignCheckpoint()
	for _, name := range append(kubectlFields(), "leaderElection") {
		refused[name] = "stands below kubectl: a checkpoint has name, timeout and kubectl"
	}
	m, ok := f.mapping(node, "a checkpoint", checkpointFields(), refused)
	if !ok {
		return Checkpoint{}, false
	}
	c := Checkpoint{Name: m.text("name"), Source: Source{f.name, max(m.line, 1)}}
	if timeout, ok := m.duration("timeout"); ok {
		c.Timeout = &timeout
	}
	c.Wait, _ = m.duration("wait")
	m.after()
	if !m.has("kubectl") {
		m.wrong("kubectl", "is missing: a checkpoint without it asserts nothing")
		return c, false
	}
	block, ok := f.mapping(m.values["kubectl"], "kubectl", kubectlFields(), foreignKubectl())
	if !ok {
		return c, false
	}
	if len(block.names) == 0 {
		m.wrong("kubectl", "asserts nothing: it has %s", strings.Join(kubectlFields(), ", "))
	}
	for _, name := range block.names {
		if slices.Contains(kubectlFields(), name) {
			c.Checks = append(c.Checks, block.entries(name)...)
		}
	}
	if c.Timeout != nil {
		for _, spec := range c.Checks {
			if spec.Unseeable(*c.Timeout) {
				m.wrongAt(spec.Source.Line, "stableFor", "%s cannot be seen within the checkpoint's timeout of %s", spec.Conditions.StableFor, *c.Timeout)
			}
		}
	}
	slices.SortStableFunc(c.Checks, func(a, b Spec) int { return after(a) - after(b) })
	return c, true
}

// after orders deletes before all that asserts something.
func after(s Spec) int {
	if s.Delete != nil {
		return 0
	}
	return 1
}

// after is a moment of ork e2e's run. Those that the user can have brought about are let pass.
func (m *mapping) after() {
	moment, ok := m.scalar("after", "setup-complete or cr-applied")
	switch {
	case !ok, moment == "setup-complete", moment == "cr-applied":
	case moment == "cr-deleted":
		m.wrong("after", "is cr-deleted, and nothing is deleted here but a leader: move the checkpoint to a file of its own, without after, and run it when the resource is gone")
	default:
		m.wrong("after", "is setup-complete or cr-applied, not %s", quote(moment))
	}
}

// entries reads one list of the kubectl block.
func (m *mapping) entries(name string) (specs []Spec) {
	for _, node := range m.items(name) {
		if m.checks++; m.checks > checksMost {
			if m.checks == checksMost+1 {
				m.wrongAt(node.Line, "", "the file has more than %d checks", checksMost)
			}
			return specs
		}
		if spec, ok := m.entry(name, node); ok {
			specs = append(specs, spec)
		}
	}
	return specs
}
