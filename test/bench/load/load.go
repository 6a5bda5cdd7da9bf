package load

import (
	"context"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// Loader writes a plan to an API server in which nothing else happens.
type Loader struct {
	Client   kubernetes.Interface
	Progress io.Writer // gets a line a step
}

// Load creates all objects of the plan. The Leases come last, so that their terms run from the end of the load.
func (l Loader) Load(ctx context.Context, p Plan) error {
	// The API server makes kube-node-lease by itself, a moment after it is ready.
	namespaces := append([]string{corev1.NamespaceNodeLease}, p.Namespaces...)
	if err := step(ctx, l, "namespaces", namespaces, l.createNamespace); err != nil {
		return err
	}
	if err := step(ctx, l, "nodes", p.Nodes, func(ctx context.Context, name string) error {
		_, err := l.Client.CoreV1().Nodes().Create(ctx, node(name), metav1.CreateOptions{})
		return err
	}); err != nil {
		return err
	}
	if err := step(ctx, l, "pods", p.Pods, l.createPod); err != nil {
		return err
	}
	if err := step(ctx, l, "heartbeats", p.Heartbeats, func(ctx context.Context, name string) error {
		lease := heartbeat(name, time.Now())
		_, err := l.Client.CoordinationV1().Leases(lease.Namespace).Create(ctx, lease, metav1.CreateOptions{FieldManager: "kubelet"})
		return err
	}); err != nil {
		return err
	}
	return step(ctx, l, "elections", p.Elections, func(ctx context.Context, e Election) error {
		_, err := l.Client.CoordinationV1().Leases(e.Namespace).Create(ctx, e.lease(time.Now()), metav1.CreateOptions{})
		return err
	})
}

// Renew renews the elections of a plan that was loaded before, lest they expire while one measures.
func (l Loader) Renew(ctx context.Context, p Plan) error {
	return step(ctx, l, "elections renewed", p.Elections, func(ctx context.Context, e Election) error {
		now := time.Now().UTC().Format(metav1.RFC3339Micro)
		patch := fmt.Appendf(nil, `{"spec":{"renewTime":%q}}`, now)
		_, err := l.Client.CoordinationV1().Leases(e.Namespace).Patch(ctx, e.Name, types.MergePatchType, patch, metav1.PatchOptions{})
		return err
	})
}

// createNamespace also creates the account of the namespace's pods: there is no controller that would.
func (l Loader) createNamespace(ctx context.Context, name string) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	_, err := l.Client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err = l.Client.CoreV1().ServiceAccounts(name).Create(ctx, account, metav1.CreateOptions{})
	return err
}

// createPod writes as the ReplicaSet controller and the kubelet do, so that the pod's managedFields are of the usual size.
func (l Loader) createPod(ctx context.Context, p Pod) error {
	pod, pods := p.object(), l.Client.CoreV1().Pods(p.Namespace)
	if _, err := pods.Create(ctx, pod, metav1.CreateOptions{FieldManager: "kube-controller-manager"}); err != nil {
		return fmt.Errorf("pod %s/%s: %w", p.Namespace, p.Name, err)
	}
	pod.Status = p.status(time.Now())
	if _, err := pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{FieldManager: "kubelet"}); err != nil {
		return fmt.Errorf("status of pod %s/%s: %w", p.Namespace, p.Name, err)
	}
	return nil
}
