package scenarios

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/utils/ptr"
)

// namespace is a scenario's own part of the cluster, with a kubeconfig whose context points there.
type namespace struct {
	lab        *lab
	name       string
	kubeconfig string
	client     *kubernetes.Clientset
	wire       *wire // on the way to the API server, in tests that cut it
}

var namespaces atomic.Int32

// namespace makes a namespace, and puts its kubeconfig into a folder.
func (l *lab) namespace(dir string) (*namespace, error) {
	config, err := clientcmd.LoadFromFile(l.kubeconfig)
	if err != nil {
		return nil, err
	}
	ns := &namespace{
		lab:        l,
		name:       fmt.Sprintf("scenario-%d", namespaces.Add(1)),
		kubeconfig: filepath.Join(dir, ".kubeconfig"),
	}
	for _, c := range config.Contexts {
		c.Namespace = ns.name
	}
	if err := clientcmd.WriteToFile(*config, ns.kubeconfig); err != nil {
		return nil, err
	}
	rest, err := clientcmd.NewDefaultClientConfig(*config, nil).ClientConfig()
	if err != nil {
		return nil, err
	}
	rest.QPS = -1 // a scenario asks for what it needs; the client would let it wait
	if ns.client, err = kubernetes.NewForConfig(rest); err != nil {
		return nil, err
	}
	_, err = ns.client.CoreV1().Namespaces().Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns.name}}, metav1.CreateOptions{})
	return ns, err
}

// delete frees what the scenario used. Nobody waits for it, and where it fails the cluster goes
// soon anyway. The pods end at once: the next scenarios do not share the machine with them, not
// even with those that hang and have time to end.
func (ns *namespace) delete() {
	ctx := context.Background()
	ns.client.CoreV1().Namespaces().Delete(ctx, ns.name, metav1.DeleteOptions{})                                                             // see above
	ns.client.CoreV1().Pods(ns.name).DeleteCollection(ctx, metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](1)}, metav1.ListOptions{}) // likewise
}
