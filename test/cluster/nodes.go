package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/kwok/kustomize/stage/node/fast"
	heartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat-with-lease"
)

const nodeAnnotation = "kwok.x-k8s.io/node" // kwok minds the nodes that have it

func (d Dir) stages() string { return d.join("kwok.yaml") }

// writeStages tells kwok what to do with nodes. It gets no stage for pods:
// those are the runner's.
func (d Dir) writeStages() error {
	return os.WriteFile(d.stages(), []byte(fast.DefaultNodeInit+"\n---\n"+heartbeat.DefaultNodeHeartbeatWithLease), 0o644)
}

// apply makes the nodes, unless they make themselves.
func (n Nodes) apply(ctx context.Context, client kubernetes.Interface) error {
	if n.Kind == Kubelet {
		return nil
	}
	for i := range n.Count {
		name := nodeName(i + 1)
		node := &corev1.Node{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
			ObjectMeta: metav1.ObjectMeta{
				Name:        name,
				Annotations: map[string]string{nodeAnnotation: "fake"},
				Labels:      map[string]string{corev1.LabelHostname: name, corev1.LabelOSStable: "linux"},
			},
		}
		if err := apply(ctx, client.CoreV1().Nodes(), node); err != nil {
			return err
		}
	}
	return nil
}

// waitFor waits until all nodes are ready: pods that come before crowd on
// the first one.
func (n Nodes) waitFor(ctx context.Context, client kubernetes.Interface) error {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		ready, err := readyNodes(ctx, client)
		if err == nil && ready >= n.Count {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d nodes are ready: %w", ready, n.Count, errors.Join(ctx.Err(), err))
		case <-ticker.C:
		}
	}
}

// readyNodes counts the nodes that pods can be scheduled to, as far as their
// health goes.
func readyNodes(ctx context.Context, client kubernetes.Interface) (int, error) {
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return 0, err
	}
	ready := 0
	for _, node := range nodes.Items {
		tainted := slices.ContainsFunc(node.Spec.Taints, func(taint corev1.Taint) bool { return taint.Key == corev1.TaintNodeNotReady })
		healthy := slices.ContainsFunc(node.Status.Conditions, func(condition corev1.NodeCondition) bool {
			return condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue
		})
		if healthy && !tainted {
			ready++
		}
	}
	return ready, nil
}
