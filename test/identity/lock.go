package identity

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const kuredAnnotation = "weave.works/kured-node-lock"

// lockObject is the lock as its project would have written it by now: what the case gives, and what it leaves out.
func (c *Case) lockObject(now time.Time) (*unstructured.Unstructured, error) {
	r := c.record(now)
	object := &unstructured.Unstructured{Object: map[string]any{}}
	annotations := map[string]string{}
	labels := map[string]string{}
	owners := c.OwnerReferences
	switch base := c.base(); {
	case base == "lease":
		spec, err := r.leaseSpec(c.LeaseSpec)
		if err != nil {
			return nil, err
		}
		object.Object["spec"] = spec
	case c.isKopf():
		status, err := c.peers(r)
		if err != nil {
			return nil, err
		}
		object.Object["status"] = status
	case base == "daemonset":
		object.Object["spec"] = daemonSetSpec(c.LockName)
		if r.holder != "" {
			annotations[kuredAnnotation] = r.kured()
		}
	case c.ownerLeads():
	case c.suffix() == "data", len(c.Data) > 0:
		if len(c.Data) == 0 { // Spring Cloud Kubernetes is who keeps its leader there
			object.Object["data"] = map[string]any{"leader.id.leader": r.holder}
			labels["provider"], labels["kind"] = "spring-cloud-kubernetes", "leaders"
		}
	case len(c.Annotation)+len(c.LockAnnotations) > 0:
	case c.suffix() == "patroni":
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
	object.SetLabels(merged(labels, c.LeaseLabels, c.LockLabels))
	object.SetAnnotations(merged(annotations, c.Annotation, c.LockAnnotations))
	if c.LeaseOwner != nil {
		owners = append(owners, c.LeaseOwner.reference(false))
	}
	for i := range owners {
		if owners[i].UID == "" {
			owners[i].UID = uidOf(owners[i].Kind, owners[i].Name)
		}
	}
	object.SetOwnerReferences(owners)
	return object, nil
}

// peers is the status of a kopf peering.
func (c *Case) peers(r record) (map[string]any, error) {
	if len(c.Status) == 0 && len(c.Data) == 0 {
		return r.kopf(), nil
	}
	peers := map[string]any{}
	if len(c.Status) > 0 {
		if err := json.Unmarshal(c.Status, &peers); err != nil {
			return nil, fmt.Errorf("field status: %w", err)
		}
	}
	for id, text := range c.Data {
		var peer any
		if err := json.Unmarshal([]byte(text), &peer); err != nil {
			return nil, fmt.Errorf("field data: peer %q: %w", id, err)
		}
		peers[id] = peer
	}
	return peers, nil
}

// manager is the field manager that writes the lock.
func (c *Case) manager() string {
	switch {
	case c.LeaseManager != "":
		return c.LeaseManager
	case c.ManagedFieldsManager != "":
		return c.ManagedFieldsManager
	}
	return "unknown"
}

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
