package identity

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

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
