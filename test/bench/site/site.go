// Package site is where the plugin and kubectl are measured: a cluster with operators that really run, and the two
// programs as processes of it.
package site

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// Site is a cluster to measure on.
type Site struct {
	Cluster  *cluster.Cluster
	Client   kubernetes.Interface
	Scratch  string // a folder that goes away with the cluster
	Plugin   string // its path
	Kubectl  string // likewise
	Floor    string // likewise
	Progress io.Writer
}

// Operator is a demo operator that runs in a namespace of its own.
type Operator struct {
	*Site
	Namespace  string
	Kubeconfig string // whose namespace it is
	Lock       string // the Lease's name
}

// deployWithin bounds the start of an operator.
const deployWithin = 2 * time.Minute

// Deploy starts an operator in a new namespace and waits until it has a leader.
func (s *Site) Deploy(ctx context.Context, o cluster.Operator) (*Operator, error) {
	ctx, cancel := context.WithTimeout(ctx, deployWithin)
	defer cancel()
	if err := cluster.Deploy(ctx, s.Client, o); err != nil {
		return nil, err
	}
	config, err := clientcmd.LoadFromFile(s.Cluster.Dir.Kubeconfig())
	if err != nil {
		return nil, err
	}
	for _, c := range config.Contexts {
		c.Namespace = o.Namespace
	}
	one := &Operator{Site: s, Namespace: o.Namespace, Kubeconfig: filepath.Join(s.Scratch, "kubeconfig-"+o.Namespace), Lock: o.Name}
	if err := clientcmd.WriteToFile(*config, one.Kubeconfig); err != nil {
		return nil, err
	}
	return one, cluster.WaitForOperator(ctx, s.Client, o)
}

// Delete lets the operator go; nobody waits for it.
func (o *Operator) Delete(ctx context.Context) error {
	return o.Client.CoreV1().Namespaces().Delete(ctx, o.Namespace, metav1.DeleteOptions{})
}

// Steady is an operator that logs next to nothing and keeps its leader.
func Steady(namespace string, replicas int32) cluster.Operator {
	o := cluster.DemoOperator()
	o.Namespace, o.Replicas, o.ReconcileEvery = namespace, replicas, time.Hour
	o.LeaseDuration, o.RenewDeadline, o.RetryPeriod = time.Minute, 50*time.Second, 2*time.Second
	return o
}

// Holder is the identity in the operator's Lease, "" for none.
func (o *Operator) Holder(ctx context.Context) (string, error) {
	lease, err := o.Client.CoordinationV1().Leases(o.Namespace).Get(ctx, o.Lock, metav1.GetOptions{})
	if err != nil || lease.Spec.HolderIdentity == nil {
		return "", err
	}
	return *lease.Spec.HolderIdentity, nil
}

// Leader is the name of the pod that leads.
func (o *Operator) Leader(ctx context.Context) (string, error) {
	holder, err := o.Holder(ctx)
	if err != nil {
		return "", err
	}
	pod, _, found := strings.Cut(holder, "_")
	if !found {
		return "", fmt.Errorf("lease %s/%s: its holder %q is no pod", o.Namespace, o.Lock, holder)
	}
	return pod, nil
}

// Pods are the operator's pods.
func (o *Operator) Pods(ctx context.Context) ([]corev1.Pod, error) {
	list, err := o.Client.CoreV1().Pods(o.Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Env is the whole environment of a process here. Nothing of the user's is in it: a cache or a setting in their home would
// be measured, too.
func (o *Operator) Env() []string {
	return []string{"HOME=" + o.Scratch, "PATH=" + filepath.Dir(o.Plugin), "KUBECONFIG=" + o.Kubeconfig, "TMPDIR=" + os.TempDir()}
}
