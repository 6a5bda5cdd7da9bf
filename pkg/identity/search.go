package identity

import (
	"cmp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
)

// keepMost bounds what a Search keeps of equals and of candidates. More tell a reader nothing.
const keepMost = 10

// Claim is a holder, and all that its lock tells about whose it is.
type Claim struct {
	Holder                  string
	LockNamespace, LockName string
	// PodNamespace is where the pod is most likely, if it is not the lock's namespace.
	PodNamespace string
	LockLabels   map[string]string
	Owners       []metav1.OwnerReference
	Managers     []string
	// Address is the IP address that the leader has published; "" for most.
	Address string
	// Acquired is when the term began, zero when unknown.
	Acquired time.Time
	// Owned reports that the holder is named by an owner reference: a pod of the lock's namespace, by its own name.
	Owned bool
}

// Search looks for the pod behind a claim among the pods and nodes that it is shown, in any order and number, and keeps
// the best matches only. Not safe for concurrent use.
type Search struct {
	claim    Claim
	readings []Reading
	text     string // the holder, where UUIDs are blank
	selector labels.Selector
	random   bool
	began    time.Time // what a random holder says of its process's start

	matches  []Match // equals
	parts    []part  // equals, which count where there are no matches
	nodes    map[string]nodeLike
	onNode   []Candidate
	excluded []Candidate // that the holder names, and the selector does not
	hints    []Candidate
	hint     int // the strength of hints
	siblings bool
	akin     []Candidate // that look like they stand in this election
}

// Match is a pod that the holder names.
type Match struct {
	Pod  *corev1.Pod
	Rule string
	// PerProcess is true when a restarted process writes another identity, so that a pod or container which started
	// after the term began cannot be the one that holds it.
	PerProcess bool

	rank rank
}

// Candidate is a pod that may be meant, with the reason to think so.
type Candidate struct{ Namespace, Name, Node, Reason string }

// rank orders matches: near pods before far ones, the longest name before a part of it, a pod's name before a node's, the
// nearest, then how the name came about, and among the pods of a node the one that is most akin to the lock.
type rank struct {
	near   int // 2 where pods are looked for first, 1 in the lock's namespace
	length int
	pod    int
	way    int
	kin    kin
}

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(min(r.near, 1), min(o.near, 1)), cmp.Compare(r.length, o.length), cmp.Compare(r.pod, o.pod),
		cmp.Compare(r.near, o.near), cmp.Compare(r.way, o.way), r.kin.compare(o.kin))
}

// nodeLike is how a node is called in the holder.
type nodeLike struct {
	like    int
	reading Reading
}

func (n nodeLike) compare(o nodeLike) int {
	return cmp.Or(cmp.Compare(len(n.reading.Host), len(o.reading.Host)), cmp.Compare(n.like, o.like))
}

// NewSearch begins a search. A selector, nil for none, says which pods can be meant: it decides between equals, and where
// the identity leads no further than to a node or to nothing at all.
func NewSearch(claim Claim, selector labels.Selector) *Search {
	s := &Search{
		claim: claim, selector: selector, nodes: map[string]nodeLike{},
		readings: Readings(claim.Holder), random: Random(claim.Holder), began: startTime(claim.Holder),
		text: anyUUID().ReplaceAllLiteralString(claim.Holder, blank),
	}
	if claim.Address != "" {
		s.readings = append(s.readings, Reading{Host: claim.Address, Rule: "pod-ip", PerProcess: true})
	}
	return s
}

// Names lists the pod names that the holder may contain, the likeliest first. They are safe to be put into a URL.
func (s *Search) Names() []string {
	var names []string
	for _, r := range s.readings {
		if !hopeless(r.Host) && len(validation.IsDNS1123Subdomain(r.Host)) == 0 {
			names = append(names, r.Host)
		}
	}
	return names
}

// Plain is the pod name that the holder contains, if there is only one way to read it and the name is whole: a pod of that
// name is the one that is meant. "" if not.
func (s *Search) Plain() string {
	names := s.Names()
	if len(names) == 0 || strings.Count(s.claim.Holder, "_") > 1 || strings.Contains(s.claim.Holder, "/") || Cut(names[0]) {
		return ""
	}
	return names[0]
}

// Hosts lists the host names that the holder may contain, in lower case as nodes are named.
func (s *Search) Hosts() []string {
	var hosts []string
	for _, name := range s.Names() {
		hosts = append(hosts, strings.ToLower(name))
	}
	for _, r := range s.readings {
		if lower := strings.ToLower(r.Host); lower != r.Host && len(validation.IsDNS1123Subdomain(lower)) == 0 {
			hosts = append(hosts, lower)
		}
	}
	return hosts
}

// Generated reports that the holder contains what only a workload's pod is called: it is a pod, be it gone or not.
func (s *Search) Generated() bool { return generatedEnd(s.Meant()) != "" }

// Meant is the pod name in the holder that looks most like one; "" where there is none.
func (s *Search) Meant() string {
	names := s.Names()
	for _, name := range names {
		if generatedEnd(name) != "" {
			return name
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// Pod shows a pod to the search.
func (s *Search) Pod(pod *corev1.Pod) {
	if s.selector != nil && !s.selector.Matches(labels.Set(pod.Labels)) {
		s.exclude(pod)
		return
	}
	if s.claim.Owned {
		if pod.Name == s.claim.Holder && pod.Namespace == s.claim.LockNamespace {
			s.keep(Match{Pod: pod, Rule: "owner-reference", rank: rank{pod: 1}})
		}
		return
	}
	if announces(pod, s.claim.Holder) {
		s.keep(Match{Pod: pod, Rule: "stolon-status", PerProcess: true, rank: rank{pod: 1, length: len(s.claim.Holder)}})
		return
	}
	if s.byHost(pod) || s.byNode(pod) {
		return
	}
	s.asSibling(pod)
	if !s.byPart(pod) {
		s.asHint(pod)
	}
	s.asAkin(pod)
}

// exclude notes a pod that the selector keeps from being found.
func (s *Search) exclude(pod *corev1.Pod) {
	for _, host := range Hosts(pod) {
		for _, reading := range s.readings {
			if reading.names(host, pod) {
				s.excluded = keepCandidate(s.excluded, pod, "does not match the selector")
			}
		}
	}
	others := Search{claim: s.claim, readings: s.readings, text: s.text}
	if others.byPart(pod) && len(others.partMatches()) > 0 {
		s.excluded = keepCandidate(s.excluded, pod, "does not match the selector")
	}
}

// names reports that a reading is one of a pod's names.
func (r Reading) names(host Host, pod *corev1.Pod) bool {
	return host.Name == r.Host && (r.Namespace == "" || r.Namespace == pod.Namespace && host.rank == ownName)
}

func (s *Search) byHost(pod *corev1.Pod) (found bool) {
	for _, host := range Hosts(pod) {
		for _, reading := range s.readings {
			if reading.names(host, pod) {
				s.keep(Match{
					Pod: pod, Rule: cmp.Or(host.Rule, reading.Rule), PerProcess: reading.PerProcess,
					rank: rank{pod: 1, length: len(reading.Host), way: -host.rank},
				})
				found = true
			}
		}
	}
	return found
}

// byNode takes a pod on a node that the holder names. It is a match if it is akin to the lock.
func (s *Search) byNode(pod *corev1.Pod) bool {
	if pod.Spec.NodeName == "" {
		return false
	}
	if _, known := s.nodes[pod.Spec.NodeName]; !known {
		for _, reading := range s.readings {
			// The name alone is proof only when it is the very same; what else it may stand for, the nodes have to say.
			if likeNode(reading.Host, pod.Spec.NodeName) == nameOfNode {
				s.seeNode(pod.Spec.NodeName, nodeLike{nameOfNode, reading})
			}
		}
	}
	like, ok := s.nodes[pod.Spec.NodeName]
	if !ok {
		return false
	}
	akin, rule := kinship(s.claim, pod), nodeRule(like.reading, like.like, pod)
	switch {
	case s.selector != nil:
		akin = kin{strength: known}
	case akin.nearEnough(s.claim, pod, like.reading):
	case like.reading.PerProcess && s.alone(pod):
		akin, rule = kin{strength: alone}, rule+"+alone"
	default:
		s.onNode = keepCandidate(s.onNode, pod, "runs on that node")
		return true
	}
	s.keep(Match{
		Pod: pod, Rule: rule, PerProcess: like.reading.PerProcess,
		rank: rank{length: len(like.reading.Host), way: like.like, kin: akin},
	})
	return true
}

// alone reports that a pod can be told without a name in common, unless there is another such pod: a process that knows
// itself by its node's host name is on the host network, and its lock is where its pod is, by default of all libraries. In
// kube-system everything is on the host network, and processes of the host have their locks there.
func (s *Search) alone(pod *corev1.Pod) bool {
	_, elsewhere := electedWith(s.claim.LockName)
	return !elsewhere && pod.Namespace == s.claim.LockNamespace && pod.Namespace != metav1.NamespaceSystem && runsByItself(pod)
}

// Node shows a node to the search.
func (s *Search) Node(node *corev1.Node) {
	for _, reading := range s.readings {
		if like := likest(reading.Host, node); like != unlikeNode {
			s.seeNode(node.Name, nodeLike{like, reading})
		}
	}
	for _, name := range nodeNames(node) {
		if !telling(name) {
			continue
		}
		for before, behind := range around(strings.ToLower(s.text), strings.ToLower(name)) {
			if s.tellsNode(before, behind) {
				s.seeNode(node.Name, nodeLike{partOfNode, Reading{Host: name, Rule: partRule(before), PerProcess: strings.Contains(behind, blank)}})
			}
		}
	}
}

// seeNode keeps the nodes that the holder names best.
func (s *Search) seeNode(name string, like nodeLike) {
	for _, known := range s.nodes {
		switch order := like.compare(known); {
		case order < 0:
			return
		case order > 0:
			clear(s.nodes)
		}
		break // all that are kept are equal
	}
	s.nodes[name] = like
}

// near is how near a pod is: 2 where pods are looked for first, 1 in the lock's namespace.
func (s *Search) near(pod *corev1.Pod) int {
	switch pod.Namespace {
	case s.claim.PodNamespace:
		return 2
	case s.claim.LockNamespace:
		return 1
	}
	return 0
}

func (s *Search) keep(m Match) {
	m.rank.near = s.near(m.Pod)
	if len(s.matches) > 0 {
		switch order := m.rank.compare(s.matches[0].rank); {
		case order < 0:
			return
		case order > 0:
			s.matches = nil
		}
	}
	for _, known := range s.matches {
		if known.Pod.UID == m.Pod.UID && known.Pod.Namespace == m.Pod.Namespace && known.Pod.Name == m.Pod.Name {
			return
		}
	}
	if len(s.matches) < keepMost {
		m.Pod = m.Pod.DeepCopy() // or the whole page would be kept with it
		s.matches = append(s.matches, m)
	}
}

// Matches are the pods that the holder names, equally well.
func (s *Search) Matches() []Match {
	switch {
	case s.crowded():
		return nil
	case len(s.matches) == 0 && len(s.nodes) == 0:
		return s.partMatches()
	}
	return s.matches
}

// crowded reports that a node's name does not tell a pod: it is the name of several nodes, or the pod is told by being
// alone, and is not.
func (s *Search) crowded() bool {
	if len(s.matches) == 0 || s.matches[0].rank.pod == 1 || s.matches[0].Rule == "selector" {
		return false
	}
	return len(s.nodes) > 1 || len(s.matches) > 1 && s.matches[0].rank.kin.strength == alone
}

// Named reports that the best match is by a name of its own, not by its node's.
func (s *Search) Named() bool { return s.Whole() && s.matches[0].rank.pod == 1 }

// Whole reports that the best match is by more than a name that is a part of the holder.
func (s *Search) Whole() bool { return len(s.matches) > 0 && !s.crowded() }

// Excluded are the pods that the holder names and the selector does not match.
func (s *Search) Excluded() []Candidate { return s.excluded }

// Nodes are the names of the nodes that the holder names, equally well.
func (s *Search) Nodes() []string {
	names := make([]string, 0, len(s.nodes))
	for name := range s.nodes {
		names = append(names, name)
	}
	return names
}

// OnNode are the pods that run on the node which the holder names, where none of them is akin to the lock.
func (s *Search) OnNode() []Candidate {
	candidates := s.onNode
	if s.crowded() {
		for _, m := range s.matches {
			candidates = keepCandidate(candidates, m.Pod, "runs on node "+m.Pod.Spec.NodeName)
		}
	}
	return candidates
}

// OfHost reports that the lock is held by processes of hosts, as far as is known who elects with
// it.
func (s *Search) OfHost() bool {
	components, known := electedWith(s.claim.LockName)
	return known && len(components) == 0
}

// Siblings reports that pods of the same workload as the one that the holder names were seen.
func (s *Search) Siblings() bool { return s.siblings }
