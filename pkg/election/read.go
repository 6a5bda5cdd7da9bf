package election

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	coordinationclient "k8s.io/client-go/kubernetes/typed/coordination/v1"
)

// Read reads a lock once, in one request. A lock that does not exist is a reading, not an error; errors are the
// server's, wrapped with the lock's name.
func Read(ctx context.Context, leases coordinationclient.LeasesGetter, ref Ref) (Lock, error) {
	lease, err := leases.Leases(ref.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return FromLease(ref, nil), nil
	case err != nil:
		return Lock{}, fmt.Errorf("%s: %w", ref, err)
	}
	return FromLease(ref, lease), nil
}
