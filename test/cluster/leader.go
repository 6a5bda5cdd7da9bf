package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// WaitForOperator waits until all the Deployment's pods are ready and a pod
// that exists holds the Lease, or ctx ends.
func WaitForOperator(ctx context.Context, client kubernetes.Interface, o Operator) error {
	return waitFor(ctx, client, o, missingOf)
}

// waitForLeader waits until a pod that exists holds the Lease, unless the
// operator is scaled to nothing.
func waitForLeader(ctx context.Context, client kubernetes.Interface, o Operator) error {
	return waitFor(ctx, client, o, func(ctx context.Context, client kubernetes.Interface, o Operator) string {
		deployment, err := client.AppsV1().Deployments(o.Namespace).Get(ctx, o.Name, metav1.GetOptions{})
		if err == nil && *deployment.Spec.Replicas == 0 {
			return ""
		}
		return missingLeader(ctx, client, o)
	})
}

func waitFor(ctx context.Context, client kubernetes.Interface, o Operator, missingOf func(context.Context, kubernetes.Interface, Operator) string) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		missing := missingOf(ctx, client, o)
		if missing == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("deployment %s/%s: %s: %w", o.Namespace, o.Name, missing, ctx.Err())
		case <-ticker.C:
		}
	}
}

// missingOf tells what the operator lacks, or nothing.
func missingOf(ctx context.Context, client kubernetes.Interface, o Operator) string {
	deployment, err := client.AppsV1().Deployments(o.Namespace).Get(ctx, o.Name, metav1.GetOptions{})
	if err != nil {
		return err.Error()
	}
	wanted, status := *deployment.Spec.Replicas, deployment.Status
	if status.ObservedGeneration < deployment.Generation || status.UpdatedReplicas != wanted || status.Replicas != wanted || status.ReadyReplicas != wanted {
		return fmt.Sprintf("%d of %d pods are ready", status.ReadyReplicas, wanted)
	}
	if wanted == 0 {
		return ""
	}
	return missingLeader(ctx, client, o)
}

// missingLeader tells why nobody leads, or nothing.
func missingLeader(ctx context.Context, client kubernetes.Interface, o Operator) string {
	lease, err := client.CoordinationV1().Leases(o.leaseNamespace()).Get(ctx, o.Name, metav1.GetOptions{})
	if err != nil {
		return err.Error()
	}
	if lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" {
		return "the lease has no holder"
	}
	host, _, _ := strings.Cut(*lease.Spec.HolderIdentity, "_")
	pods, err := client.CoreV1().Pods(o.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.FormatLabels(o.labels())})
	if err != nil {
		return err.Error()
	}
	for _, pod := range pods.Items {
		if hostName(&pod) != host {
			continue
		}
		if pod.DeletionTimestamp != nil {
			return "the leader is being deleted"
		}
		return ""
	}
	return fmt.Sprintf("no pod has the holder's host name, %s", host)
}

// hostName is what the pod's containers find as their host's name.
func hostName(pod *corev1.Pod) string {
	if pod.Spec.HostNetwork {
		return pod.Spec.NodeName
	}
	const longest = 63
	return strings.TrimRight(pod.Name[:min(len(pod.Name), longest)], "-.")
}

// freeLease takes the Lease from a component that does not run: it has no rival
// in this cluster, and would wait for its own old term to expire.
func (c *Cluster) freeLease(ctx context.Context, name string) {
	if name != controllerManager && name != scheduler {
		return
	}
	client, err := c.Client()
	if err != nil {
		return // it waits, then
	}
	leases := client.CoordinationV1().Leases(metav1.NamespaceSystem)
	_, _ = leases.Patch(ctx, name, types.MergePatchType, []byte(`{"spec":{"holderIdentity":""}}`), metav1.PatchOptions{})
}
