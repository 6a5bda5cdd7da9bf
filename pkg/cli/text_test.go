package cli

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"k8s.io/cli-runtime/pkg/genericiooptions"
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

// TestHelpSpeaksThePluginsName reads the help of all commands as installed under another name.
func TestHelpSpeaksThePluginsName(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"holder", "--help"}, {"list", "--help"}, {"port-forward", "--help"}, {"logs", "--help"}, {"watch", "--help"}, {"version", "--help"}} {
		streams, _, out, _ := genericiooptions.NewTestIOStreams()
		root := newRootCommand("kubectl lease-leader", streams)
		root.SetArgs(args)
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if help := out.String(); strings.Contains(help, "kubectl leader") || !strings.Contains(help, "kubectl lease-leader") {
			t.Errorf("%v:\n%s", args, help)
		}
		if help := out.String(); strings.Contains(help, `"kubectl <command>`) {
			t.Errorf("%v leads to another program's help:\n%s", args, help)
		}
	}
}
