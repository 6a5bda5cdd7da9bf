package identity

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// nodes are all nodes that the case names, each once.
func (c *Case) nodes() []Node {
	all := map[string]Node{}
	for _, pod := range append(c.pods(), c.Pod) {
		all[pod.NodeName] = Node{Name: pod.NodeName}
	}
	all[c.Pod.NodeName] = Node{Name: c.Pod.NodeName, Labels: c.NodeLabels, Addresses: c.NodeAddresses}
	for _, node := range c.Nodes {
		all[node.Name] = node
	}
	delete(all, "")
	return slices.SortedFunc(maps.Values(all), func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
}

// object is the node as its kubelet would have registered it. Nothing is scheduled here: the case says what runs where.
func (n Node) object(ip string) *corev1.Node {
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: merged(map[string]string{corev1.LabelHostname: n.Name}, n.Labels)},
		Spec:       corev1.NodeSpec{Unschedulable: true},
	}
	node.Status.Addresses = slices.Clone(n.Addresses)
	for _, usual := range []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: n.Name}, {Type: corev1.NodeInternalIP, Address: ip}} {
		if !slices.ContainsFunc(n.Addresses, func(a corev1.NodeAddress) bool { return a.Type == usual.Type }) {
			node.Status.Addresses = append(node.Status.Addresses, usual)
		}
	}
	slices.SortStableFunc(node.Status.Addresses, func(a, b corev1.NodeAddress) int { return cmp.Compare(a.Type, b.Type) })
	return node
}

// internalIP is the address of the node that its hostNetwork pods share.
func internalIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}
