package cluster

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// patcher is what the typed clients of all kinds have in common.
type patcher[T any] interface {
	Patch(ctx context.Context, name string, kind types.PatchType, data []byte, options metav1.PatchOptions, subresources ...string) (T, error)
}

// object is an API object with its TypeMeta set, which a typed client ignores
// but a server-side apply needs.
type object interface {
	runtime.Object
	metav1.Object
}

// apply creates the object or makes it as given (server-side apply).
func apply[T object](ctx context.Context, client patcher[T], wanted T) error {
	data, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	force := true
	_, err = client.Patch(ctx, wanted.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{FieldManager: "cluster", Force: &force})
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", wanted.GetObjectKind().GroupVersionKind().Kind, wanted.GetName(), err)
	}
	return nil
}
