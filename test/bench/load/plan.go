package load

import "fmt"

// Plan names all objects that are loaded.
type Plan struct {
	Nodes      []string
	Heartbeats []string // the holders' names, which are the Leases' as well; most have no Node
	Namespaces []string
	Elections  []Election
	Pods       []Pod
}

// Election is a Lease by which pods elect their leader.
type Election struct {
	Namespace, Name string
	Holder          string // the identity
	Leader          string // the pod that wrote it
}

// Pod is one replica of a workload.
type Pod struct {
	Namespace, Name string
	Workload        string // the Deployment, or the component of a static pod
	ReplicaSet      string // "" for a static pod
	Node            string
}

func (p Pod) isStatic() bool { return p.ReplicaSet == "" }

// NewPlan lays the objects out. Sizes have been checked.
func NewPlan(sizes Sizes) Plan {
	var p Plan
	for i := range max(nodeCount, sizes.heartbeats()) {
		name := fmt.Sprintf("node-%04d", i)
		if i < nodeCount {
			p.Nodes = append(p.Nodes, name)
		}
		if i < sizes.heartbeats() {
			p.Heartbeats = append(p.Heartbeats, name)
		}
	}
	for i := range sizes.namespaces() {
		p.Namespaces = append(p.Namespaces, namespaceName(i))
	}
	deployed := 0
	for i := range sizes.Elections() {
		namespace := i / electionsPerNamespace
		if isControlPlane(namespace) {
			p.addComponent(namespace, i%electionsPerNamespace, sizes.replicas(i))
			continue
		}
		p.addDeployment(namespace, i, sizes.replicas(i), formOf(deployed))
		deployed++
	}
	p.addBystanders(sizes.Pods - len(p.Pods))
	return p
}

// NewCandidates is a plan of two pods that may lead, and of nothing else, and their identities.
func NewCandidates(namespace string) (Plan, [2]string) {
	p := Plan{Nodes: []string{"node-0000"}, Namespaces: []string{namespace}}
	var identities [2]string
	for i := range identities {
		p.addReplica(namespace, "app", i)
		identities[i] = hostUUID(p.Pods[i])
	}
	return p, identities
}

// isControlPlane picks every twentieth namespace to be like kube-system, the first one included so that the smallest
// load has one.
func isControlPlane(namespace int) bool { return namespace%20 == 0 }

func namespaceName(i int) string {
	if isControlPlane(i) {
		return fmt.Sprintf("kube-system-%03d", i)
	}
	return fmt.Sprintf("team-%03d", i)
}

// addDeployment adds an elected operator. Any of its pods may lead.
func (p *Plan) addDeployment(namespace, number, replicas int, f form) {
	name := fmt.Sprintf("app-%d", number)
	first := len(p.Pods)
	for replica := range replicas {
		p.addReplica(namespaceName(namespace), name, replica)
	}
	p.elect(name+"-leader", p.Pods[first+number%replicas], f)
}

// addComponent adds a component of a control plane: static pods on the network of their nodes, so that their identity
// begins with the node's name.
func (p *Plan) addComponent(namespace, number, replicas int) {
	component := components[number]
	for replica := range replicas {
		node := p.Nodes[(namespace+replica)%nodeCount]
		pod := Pod{Namespace: namespaceName(namespace), Name: component + "-" + node, Workload: component, Node: node}
		p.Pods = append(p.Pods, pod)
	}
	p.elect(component, p.Pods[len(p.Pods)-1-number%replicas], hostUUID)
}

func (p *Plan) elect(lock string, leader Pod, f form) {
	p.Elections = append(p.Elections, Election{
		Namespace: leader.Namespace, Name: lock, Holder: f(leader), Leader: leader.Name,
	})
}

// addBystanders adds pods that take no part in an election.
func (p *Plan) addBystanders(count int) {
	for i := range count {
		p.addReplica(p.Namespaces[i%len(p.Namespaces)], "web", i/len(p.Namespaces))
	}
}

func (p *Plan) addReplica(namespace, deployment string, replica int) {
	set := replicaSet(namespace, deployment)
	p.Pods = append(p.Pods, Pod{
		Namespace:  namespace,
		Name:       set + "-" + suffix(fmt.Sprint(namespace, "/", set, "/", replica), 5),
		Workload:   deployment,
		ReplicaSet: set,
		Node:       p.Nodes[len(p.Pods)%len(p.Nodes)],
	})
}
