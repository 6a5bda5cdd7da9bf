package identity

import (
	"cmp"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	kuredAnnotation = "weave.works/kured-node-lock"
	springRole      = "leader.id." // begins Spring's keys, one a role
)

// rolePrefixes begin the keys that have a leader each: Spring's, and Camel's.
var rolePrefixes = []string{springRole, "leader.pod."}

// lockObject is the lock as its project would have written it by now: what the case gives, and what it leaves out.
func (c *Case) lockObject(now time.Time) (*unstructured.Unstructured, error) {
	r := c.record(now)
	object := &unstructured.Unstructured{Object: map[string]any{}}
	annotations := map[string]string{}
	labels := map[string]string{}
	switch f := c.form(); {
	case f.base == "lease":
		spec, err := r.leaseSpec(c.LeaseSpec)
		if err != nil {
			return nil, err
		}
		if c.bare() {
			spec = map[string]any{}
		}
		object.Object["spec"] = spec
	case c.isKopf():
		status, err := c.peers(r)
		if err != nil {
			return nil, err
		}
		object.Object["status"] = status
	case f.base == "daemonset":
		object.Object["spec"] = daemonSetSpec(c.LockName)
		if r.holder != "" && !c.annotated() {
			annotations[kuredAnnotation] = r.kured()
		}
	case c.patroniAnnotated(): // who leads is the case's to say, as nobody may
		annotations = r.patroni()
		delete(annotations, "leader")
	case c.ownerLeads(), c.annotated(), c.bare(), len(c.Data) > 0:
	case f.data: // Spring Cloud Kubernetes is who keeps its leader there
		object.Object["data"] = map[string]any{springRole + cmp.Or(c.LockRole, "leader"): r.holder}
		labels["provider"], labels["kind"] = "spring-cloud-kubernetes", "leaders"
	case f.patroni:
		annotations = r.patroni()
	default:
		annotations[leaderAnnotation] = r.annotation()
	}
	if len(c.Data) > 0 && !c.isKopf() {
		if err := unstructured.SetNestedStringMap(object.Object, c.Data, "data"); err != nil {
			return nil, err
		}
	}
	object.SetGroupVersionKind(c.kind().gvk)
	object.SetName(c.LockName)
	if c.kind().namespaced {
		object.SetNamespace(c.LockNamespace)
	}
	object.SetLabels(merged(labels, c.LockLabels))
	object.SetAnnotations(merged(annotations, c.Annotation))
	object.SetOwnerReferences(c.Owners.complete(c.usualOwner()))
	return object, nil
}

// twinObject is the other object with the same record.
func (c *Case) twinObject(now time.Time) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{}}
	object.SetGroupVersionKind(kinds[c.form().twin].gvk)
	object.SetName(c.LockName)
	object.SetNamespace(c.LockNamespace)
	object.SetLabels(c.LockLabels)
	object.SetAnnotations(merged(map[string]string{leaderAnnotation: c.record(now).annotation()}, c.Annotation))
	return object
}

// usualOwner is the kind of an owner that has none in the case.
func (c *Case) usualOwner() string {
	if c.ownerLeads() {
		return "Pod"
	}
	return "Deployment"
}

// manager is the field manager that writes the lock.
func (c *Case) manager() string { return cmp.Or(c.Manager, "unknown") }

// daemonSetSpec is the least that the API takes.
func daemonSetSpec(name string) map[string]any {
	labels := map[string]any{"app": name}
	return map[string]any{
		"selector": map[string]any{"matchLabels": labels},
		"template": map[string]any{
			"metadata": map[string]any{"labels": labels},
			"spec":     map[string]any{"containers": []any{map[string]any{"name": "main", "image": image}}},
		},
	}
}

func merged(parts ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// unstructuredOf is an object in the form that all are created in.
func unstructuredOf(k kind, object any) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, err
	}
	u := &unstructured.Unstructured{Object: content}
	u.SetGroupVersionKind(k.gvk)
	return u, nil
}
