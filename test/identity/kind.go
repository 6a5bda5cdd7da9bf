package identity

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kind is a kind of object: those that locks are made of, and those around them.
type kind struct {
	gvk        schema.GroupVersionKind
	resource   string
	argument   string // TYPE of the plugin's TYPE/NAME
	namespaced bool
}

func (k kind) gvr() schema.GroupVersionResource { return k.gvk.GroupVersion().WithResource(k.resource) }

var (
	coreV1 = schema.GroupVersion{Version: "v1"}
	kopfV1 = schema.GroupVersion{Group: "kopf.dev", Version: "v1"}

	podKind       = kind{coreV1.WithKind("Pod"), "pods", "pod", true}
	nodeKind      = kind{coreV1.WithKind("Node"), "nodes", "node", false}
	namespaceKind = kind{coreV1.WithKind("Namespace"), "namespaces", "namespace", false}
	accountKind   = kind{coreV1.WithKind("ServiceAccount"), "serviceaccounts", "serviceaccount", true}
	crdKind       = kind{schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"},
		"customresourcedefinitions", "customresourcedefinition", false}
)

// kinds are those of locks.
var kinds = map[string]kind{
	"lease": {schema.GroupVersionKind{Group: "coordination.k8s.io", Version: "v1", Kind: "Lease"}, "leases", "lease", true},

	"configmap": {coreV1.WithKind("ConfigMap"), "configmaps", "configmap", true},
	"endpoints": {coreV1.WithKind("Endpoints"), "endpoints", "endpoints", true},
	"daemonset": {schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "DaemonSet"}, "daemonsets", "daemonset", true},

	"kopfpeering":        {kopfV1.WithKind("KopfPeering"), "kopfpeerings", "kopfpeering", true},
	"clusterkopfpeering": {kopfV1.WithKind("ClusterKopfPeering"), "clusterkopfpeerings", "clusterkopfpeering", false},
}

// kindNames lists the kinds of locks as cases write them.
func kindNames() string {
	var names []string
	for _, one := range kinds {
		names = append(names, one.gvk.Kind)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func (c *Case) kind() kind { return kinds[c.form().base] }

func (c *Case) isKopf() bool { return c.kind().gvk.Group == kopfV1.Group }
