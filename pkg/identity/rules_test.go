package identity

import "testing"

func TestGuesses(t *testing.T) {
	for _, test := range []struct {
		name, holder, pod, rule string
	}{
		{"bare pod name", "ingress-nginx-controller-6d8b9c7f5d-4kx2z", "ingress-nginx-controller-6d8b9c7f5d-4kx2z", "exact"},
		{"controller-runtime", "keda-operator-6b8d6f8d5c-7q5lw_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", "keda-operator-6b8d6f8d5c-7q5lw", "host_uuid"},
		{"pod name with dots", "csi.hostpath-0_b3a1d2de", "csi.hostpath-0", "host_uuid"},
		{"pod name and IP (Knative)", "autoscaler-7d5f_10.2.3.4", "autoscaler-7d5f", "host_uuid"},
		{"more than one underscore: the first ends the name", "pod-1_a_b", "pod-1", "host_uuid"},
		{"empty", "", "", ""},
		{"nothing before the underscore", "_0c2c1c37", "", ""},
		{"upper case is no pod name", "CP-1.corp.example_b3a1", "", ""},
		{"a path is no pod name", "../../secrets/token_x", "", ""},
		{"neither is an escape", "\x1b[2J", "", ""},
		{"nor a query", "a?b=c", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var pod, rule string
			guesses := Guesses(test.holder)
			if len(guesses) > 1 {
				t.Fatalf("%d rules read one identity: %v", len(guesses), guesses)
			}
			if len(guesses) == 1 {
				pod, rule = guesses[0].PodName, guesses[0].Rule.Name
			}
			if pod != test.pod || rule != test.rule {
				t.Errorf("pod %q by rule %q, want %q by %q", pod, rule, test.pod, test.rule)
			}
		})
	}
}

func TestEveryRuleReadsItsExample(t *testing.T) {
	for _, rule := range Rules {
		if rule.PodName(rule.Example) == "" {
			t.Errorf("rule %s does not read its own example %q", rule.Name, rule.Example)
		}
	}
}
