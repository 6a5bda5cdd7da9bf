package identity

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// A Rule reads one form of holderIdentity.
type Rule struct {
	// Name is what `holder -o wide` and `-o json` report as the reason for the choice.
	Name string
	// Example is a real identity of this form.
	Example string
	// PodName is the pod that an identity of this form names; "" when the identity has another form.
	PodName func(holder string) string
	// PerProcess is true when a restarted process writes another identity, so that a pod or container which started
	// after the term began cannot be the one that holds it.
	PerProcess bool
}

// Rules are tried in this order; the forms exclude each other.
var Rules = []Rule{
	{Name: "exact", Example: "ingress-nginx-controller-6d8b9c7f5d-4kx2z", PodName: exact},
	{Name: "host_uuid", Example: "keda-operator-6b8d6f8d5c-7q5lw_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", PodName: beforeUnderscore, PerProcess: true},
}

// exact: the identity is the pod's name, from the Downward API or from the host name.
func exact(holder string) string { return podName(holder) }

// beforeUnderscore: `<pod>_<anything>`, client-go's and controller-runtime's habit. A pod's name has no underscore, so
// the first one ends it.
func beforeUnderscore(holder string) string {
	name, _, found := strings.Cut(holder, "_")
	if !found {
		return ""
	}
	return podName(name)
}

// podName passes on only what can be a pod's name, so that no holder can smuggle a path into a request.
func podName(name string) string {
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return ""
	}
	return name
}

// Guess is a pod name that a holder may stand for, with the rule that read it.
type Guess struct {
	PodName string
	Rule    Rule
}

// Guesses lists the pod names that a holder may stand for, best first; none when no rule reads it.
func Guesses(holder string) []Guess {
	var guesses []Guess
	for _, rule := range Rules {
		if name := rule.PodName(holder); name != "" {
			guesses = append(guesses, Guess{PodName: name, Rule: rule})
		}
	}
	return guesses
}
