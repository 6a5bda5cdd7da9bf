package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

var errNoCluster = errors.New("no cluster is configured")

// whichHint is for who has named a lock that does not exist.
const whichHint = "The list command shows which elections there are; -A shows those of all namespaces."

// explain words an error for its reader: what was wrong, and what to do about it where we know.
func explain(err error) string {
	text := err.Error()
	var unreachable *url.Error
	var noLeader *leader.NoLeader
	switch {
	case errors.As(err, &noLeader):
		if noLeader.State == election.Missing {
			text += "\n" + whichHint
		}
		return text + grants(noLeader.Denied)
	case apierrors.IsForbidden(err):
		return text + grant(err)
	case apierrors.IsUnauthorized(err):
		return text + "\nThe cluster does not know these credentials: log in again, or choose others with --context, --user or --token."
	case errors.Is(err, errNoCluster):
		return text + ": set KUBECONFIG, or give --kubeconfig, --context or --server"
	case errors.Is(err, context.DeadlineExceeded):
		return text + "\nThe cluster did not answer in time; --request-timeout changes how long to wait."
	case errors.As(err, &unreachable):
		return text + "\nThe cluster cannot be reached: check --context, --kubeconfig and --server."
	}
	return text
}

// grants names the rules without which an answer had to do.
func grants(denied []error) string {
	var lines []string
	for _, err := range denied {
		role := "in a Role of namespace " + word(err.Error(), `in the namespace "`)
		if strings.HasSuffix(role, " ") {
			role = "in a ClusterRole"
		}
		if line := "\n  " + role + ": " + rule(err); rule(err) != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	slices.Sort(lines)
	return "\nMore could be found out with access granted" + strings.Join(lines, "")
}

// grant names the rule that a denied request needs.
func grant(err error) string {
	if rule := rule(err); rule != "" {
		return "\nTo allow it, grant: " + rule
	}
	return ""
}

// rule is the RBAC rule that a denied request needs; "" when the server does not say.
func rule(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return ""
	}
	details := status.Status().Details
	verb := word(status.Status().Message, "cannot ")
	if verb == "" || details.Kind == "" {
		return ""
	}
	// details.Kind has the resource without its subresource; the message names both.
	resource := word(status.Status().Message, `resource "`)
	group := details.Group
	if resource == "" {
		resource = details.Kind
	}
	verbs := fmt.Sprintf("%q", verb)
	switch resource {
	case "pods/portforward":
		verbs = `"create", "get"` // which of them depends on the protocol and on the server's version
	case "nodes":
		verbs = `"get", "list"` // the one to ask for a name, the other for other names
	}
	return fmt.Sprintf("apiGroups: [%q], resources: [%q], verbs: [%s]", group, resource, verbs)
}

// word is the word that follows a phrase, up to a blank or a quote.
func word(text, after string) string {
	_, rest, found := strings.Cut(text, after)
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, "\" "); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
