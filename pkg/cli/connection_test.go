package cli

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
)

func TestWhoAFlagSaysWeAre(t *testing.T) {
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	for args, want := range map[string]rest.Config{
		"--username=u --password=p": {Username: "u", Password: "p"},
		"--username=u":              {Username: "u"},
		"--token=t":                 {BearerToken: "t"},
	} {
		got, err := configOf(t, args)
		if err != nil {
			t.Errorf("%s: %v", args, err)
			continue
		}
		if got.Username != want.Username || got.Password != want.Password || got.BearerToken != want.BearerToken {
			t.Errorf("%s: user %q, password %q, token %q", args, got.Username, got.Password, got.BearerToken)
		}
	}
	// None of them wins quietly.
	if _, err := configOf(t, "--token=t --username=u --password=p"); err == nil || !strings.Contains(err.Error(), "only one is allowed") {
		t.Errorf("a token and a password: %v", err)
	}
}

// configOf is what connection flags make of a cluster that is none.
func configOf(t *testing.T, args string) (*rest.Config, error) {
	t.Helper()
	config := &connectionFlags{}
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	config.addTo(flags)
	if err := flags.Parse(append(strings.Fields(args), "--server=https://127.0.0.1:1")); err != nil {
		t.Fatal(err)
	}
	return config.load().ClientConfig()
}
