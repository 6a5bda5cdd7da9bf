package election

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
)

// Kind is a type of object that records a leader.
type Kind struct {
	// Name is the object's kind, as -o json prints it.
	Name string
	// Word is what messages call it, and how a LOCK is written: "lease" as in lease/NAME.
	Word string
	// Resource is where the API server keeps it.
	Resource schema.GroupVersionResource
	// Cluster is true for a kind without a namespace.
	Cluster bool

	aliases []string // besides Word and the resource, with and without its group
}

// The kinds, by how often they are met.
var (
	Lease              = &Kind{Name: "Lease", Word: "lease", Resource: schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}}
	ConfigMap          = &Kind{Name: "ConfigMap", Word: "configmap", Resource: schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}, aliases: []string{"cm"}}
	Endpoints          = &Kind{Name: "Endpoints", Word: "endpoints", Resource: schema.GroupVersionResource{Version: "v1", Resource: "endpoints"}, aliases: []string{"ep", "endpoint"}}
	KopfPeering        = &Kind{Name: "KopfPeering", Word: "kopfpeering", Resource: schema.GroupVersionResource{Group: "kopf.dev", Version: "v1", Resource: "kopfpeerings"}}
	ClusterKopfPeering = &Kind{Name: "ClusterKopfPeering", Word: "clusterkopfpeering", Resource: schema.GroupVersionResource{Group: "kopf.dev", Version: "v1", Resource: "clusterkopfpeerings"}, Cluster: true}
	DaemonSet          = &Kind{Name: "DaemonSet", Word: "daemonset", Resource: schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "daemonsets"}, aliases: []string{"ds"}}
	kinds              = []*Kind{Lease, ConfigMap, Endpoints, KopfPeering, ClusterKopfPeering, DaemonSet}
)

// Ref names a lock.
type Ref struct {
	// Kind is nil for a Lease.
	Kind      *Kind
	Namespace string
	Name      string
	// Key chooses one election of an object that records several: a role in Spring's ConfigMap. Usually "".
	Key string
}

// kind is the Ref's kind, Lease if it names none.
func (r Ref) kind() *Kind {
	if r.Kind == nil {
		return Lease
	}
	return r.Kind
}

// IsLease reports whether the lock is a Lease.
func (r Ref) IsLease() bool { return r.kind() == Lease }

// KindName is the kind of the object, such as "Lease".
func (r Ref) KindName() string { return r.kind().Name }

// String is how messages name the lock: "lease NAMESPACE/NAME", or "lease NAME" as long as the namespace is not known.
func (r Ref) String() string {
	if r.kind().Cluster || r.Namespace == "" {
		return r.kind().Word + " " + r.path()
	}
	return r.kind().Word + " " + r.Namespace + "/" + r.path()
}

// Arg is how a command line names the lock: NAME for a Lease, TYPE/NAME for other kinds.
func (r Ref) Arg() string {
	if r.kind() == Lease {
		return r.Name
	}
	return r.kind().Word + "/" + r.path()
}

func (r Ref) path() string {
	if r.Key == "" {
		return r.Name
	}
	return r.Name + "/" + r.Key
}

// ParseRef reads a LOCK as users write it: NAME of a Lease, TYPE/NAME, or TYPE/NAME/KEY for one election of an object
// that records several. The namespace is left to the caller. Errors say what is accepted.
func ParseRef(text string) (Ref, error) {
	ref := Ref{Kind: Lease, Name: text}
	if word, rest, typed := strings.Cut(text, "/"); typed {
		if ref.Kind = kindOf(word); ref.Kind == nil {
			return Ref{}, fmt.Errorf("%s: %q is no kind of lock, known are: %s", text, word, strings.Join(Words(), ", "))
		}
		ref.Name, ref.Key, typed = strings.Cut(rest, "/")
		switch {
		case ref.Name == "":
			return Ref{}, fmt.Errorf("%s: the name of the lock is missing after the slash", text)
		case typed && (ref.Kind != ConfigMap || ref.Key == "" || strings.Contains(ref.Key, "/")):
			return Ref{}, fmt.Errorf("%s: only configmap/NAME/ROLE has a third part", text)
		}
	}
	if problems := validation.IsDNS1123Subdomain(ref.Name); len(problems) > 0 {
		return Ref{}, fmt.Errorf("%q cannot be the name of a %s: %s", ref.Name, ref.Kind.Name, strings.Join(problems, "; "))
	}
	return ref, nil
}

// Words lists how the kinds of locks are written.
func Words() []string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = kind.Word
	}
	return words
}

// kindOf knows a kind by all names that kubectl would take: its word, its resource, either with the group.
func kindOf(word string) *Kind {
	word = strings.ToLower(word)
	i := slices.IndexFunc(kinds, func(kind *Kind) bool {
		bare := word
		if kind.Resource.Group != "" {
			bare = strings.TrimSuffix(strings.TrimSuffix(word, "."+kind.Resource.Group), "."+kind.Resource.Version)
		}
		return bare == kind.Word || bare == kind.Resource.Resource || slices.Contains(kind.aliases, word)
	})
	if i < 0 {
		return nil
	}
	return kinds[i]
}
