package identity

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// How a node is known under the name that a holder contains.
const (
	unlikeNode = iota
	partOfNode
	aliasOfNode
	nameOfNode
)

// nodeNames lists by which names a node is known: its own, its label, and its addresses.
func nodeNames(node *corev1.Node) []string {
	names := []string{node.Name}
	if name := node.Labels[corev1.LabelHostname]; name != "" {
		names = append(names, name)
	}
	for _, a := range node.Status.Addresses {
		switch a.Type {
		case corev1.NodeHostName, corev1.NodeInternalDNS, corev1.NodeExternalDNS, corev1.NodeInternalIP:
			names = append(names, a.Address)
		}
	}
	return names
}

// likeNode tells how a host name is like a node's: the same but for its case (the kubelet lower-cases the node's name,
// os.Hostname does not), rewritten by a CSI sidecar, or the one with its domain and the other without.
func likeNode(host, node string) int {
	host, node = strings.ToLower(host), strings.ToLower(node)
	if host == "" || node == "" {
		return unlikeNode
	}
	hostLabel, domain, hostFull := strings.Cut(host, ".")
	nodeLabel, _, nodeFull := strings.Cut(node, ".")
	if hostFull && len(validation.IsDNS1123Subdomain(domain)) > 0 {
		return unlikeNode // more than a host name
	}
	switch {
	case host == node:
		return nameOfNode
	case host == strings.ToLower(sanitized(node)), hostFull != nodeFull && hostLabel == nodeLabel:
		return aliasOfNode
	}
	return unlikeNode
}

// likest is the best of all names of a node.
func likest(host string, node *corev1.Node) int {
	best := unlikeNode
	for _, name := range nodeNames(node) {
		best = max(best, likeNode(host, name))
	}
	return best
}

// nodeRule names how a node's name led to a pod.
func nodeRule(reading Reading, like int, pod *corev1.Pod) string {
	rule := "node-host"
	switch {
	case like == aliasOfNode:
		rule = "node-host-alias"
	case !pod.Spec.HostNetwork:
		rule = "node-name" // it can know the name from the Downward API alone
	}
	if slices.Contains([]string{"exact", "host_uuid"}, reading.Rule) {
		return rule
	}
	return rule + "+" + strings.TrimSuffix(strings.TrimPrefix(reading.Rule, "host-"), "-host")
}
