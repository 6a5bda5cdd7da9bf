package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// settleStatus gathers in the status what a case has elsewhere of it, as objects, so that times are found in it.
func (c *Case) settleStatus() {
	if c.Status == nil && len(c.Data) == 0 {
		return
	}
	status := c.Status.fields()
	if inner, ok := objectOf(status["status"]); ok && len(status) == 1 {
		status = inner
	}
	for id, text := range c.Data {
		status[id], _ = json.Marshal(text)
	}
	for id, raw := range status {
		if peer, ok := objectOf(raw); ok {
			status[id], _ = json.Marshal(peer)
		}
	}
	c.Data = nil
	c.Status, _ = json.Marshal(status)
}

// peers is the status of a kopf peering: the peers that the case gives, or the holder alone. One that does not say when it
// was last seen was so when the lock was renewed.
func (c *Case) peers(r record) (map[string]any, error) {
	if c.Status == nil {
		return r.kopf(), nil
	}
	peers := map[string]any{}
	for id, raw := range c.Status.fields() {
		fields, ok := objectOf(raw)
		if !ok { // another part of the status
			peers[id] = valueText(raw)
			continue
		}
		peer := map[string]any{}
		for key, value := range fields {
			var decoded any
			if err := json.Unmarshal(value, &decoded); err != nil {
				return nil, fmt.Errorf("field status: peer %q: %w", id, err)
			}
			peer[key] = decoded
		}
		if peer["lastseen"] == nil {
			peer["lastseen"] = kopfTime(r.renewed)
		}
		peers[id] = peer
	}
	return peers, nil
}

// kopfTime is a time as kopf writes it.
func kopfTime(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// needKopf makes kopf's two kinds as its peering.yaml does, with any content and no status subresource, and waits until
// the API server serves them.
func (s *stage) needKopf(ctx context.Context) error {
	if s.kopf {
		return nil
	}
	for _, k := range kinds {
		if k.gvk.Group != kopfV1.Group {
			continue
		}
		definition := kopfDefinition(k)
		_, err := s.client.Resource(crdKind.gvr()).Create(ctx, definition, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create customresourcedefinition %s: %w", definition.GetName(), err)
		}
		if err := s.served(ctx, k); err != nil {
			return fmt.Errorf("customresourcedefinition %s: %w", definition.GetName(), err)
		}
	}
	s.kopf = true
	return nil
}

// served waits until the kind's objects can be listed. A definition's conditions become true a moment earlier.
func (s *stage) served(ctx context.Context, k kind) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		_, err := s.client.Resource(k.gvr()).List(ctx, metav1.ListOptions{})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("is not served: %w", err)
		case <-ticker.C:
		}
	}
}

func kopfDefinition(k kind) *unstructured.Unstructured {
	scope := "Cluster"
	if k.namespaced {
		scope = "Namespaced"
	}
	anything := map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	definition := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{
		"group": k.gvk.Group,
		"scope": scope,
		"names": map[string]any{"kind": k.gvk.Kind, "plural": k.resource, "singular": k.argument},
		"versions": []any{map[string]any{
			"name": k.gvk.Version, "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": anything},
		}},
	}}}
	definition.SetGroupVersionKind(crdKind.gvk)
	definition.SetName(k.resource + "." + k.gvk.Group)
	return definition
}
