package cli

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestCommandName(t *testing.T) {
	for argv0, want := range map[string]string{
		"kubectl-leader":                "kubectl leader",
		"/usr/local/bin/kubectl-leader": "kubectl leader",
		"kubectl-leader.exe":            "kubectl leader",
		"kubectl-lease_leader":          "kubectl lease-leader",
		"kubectl-lease-leader":          "kubectl lease leader",
		"something-else":                "something-else",
	} {
		if got := commandName(argv0); got != want {
			t.Errorf("%s: %q, want %q", argv0, got, want)
		}
	}
}

func TestFilesOfAPlugin(t *testing.T) {
	for name, want := range map[string][2]string{
		"kubectl leader":       {"kubectl-leader", "kubectl_complete-leader"},
		"kubectl lease-leader": {"kubectl-lease_leader", "kubectl_complete-lease_leader"},
		"kubectl lease leader": {"kubectl-lease-leader", "kubectl_complete-lease-leader"},
		"something-else":       {"something-else", ""},
	} {
		if got := [2]string{pluginFile(name), completionFile(name)}; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"op-0_uuid":      "op-0_uuid",
		"größe 領導":       "größe 領導",
		"\x1b[2J":        `\x1b[2J`,
		"\u009b2J":       `\u009b2J`,
		"a\nb\tc":        `a\nb\tc`,
		"\u202egnp.exe":  `\u202egnp.exe`,
		"not utf-8 \xff": "not utf-8 \ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestForbiddenNamesTheRule(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Group: "coordination.k8s.io", Resource: "leases"}, "x", nil)
	forbidden.ErrStatus.Message = `leases.coordination.k8s.io "x" is forbidden: User "u" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "n"`
	if got, want := explain(forbidden), `grant: apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get"]`; !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
	forbidden.ErrStatus.Message = "an admission webhook said no"
	if got := explain(forbidden); strings.Contains(got, "grant") {
		t.Errorf("%q invents a rule", got)
	}
}
