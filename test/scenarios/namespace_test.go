package scenarios

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/rogpeppe/go-internal/testscript"
)

// namespace is a scenario's own part of the cluster, with a kubeconfig whose context points there.
type namespace struct {
	name       string
	kubeconfig string
	client     *kubernetes.Clientset
}

var namespaces atomic.Int32

func newNamespace(env *testscript.Env) (*namespace, error) { return makeNamespace(env.WorkDir) }

func makeNamespace(dir string) (*namespace, error) {
	config, err := clientcmd.LoadFromFile(lab.kubeconfig)
	if err != nil {
		return nil, err
	}
	ns := &namespace{
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
	if ns.client, err = kubernetes.NewForConfig(rest); err != nil {
		return nil, err
	}
	_, err = ns.client.CoreV1().Namespaces().Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns.name}}, metav1.CreateOptions{})
	return ns, err
}

// delete frees what the scenario used; nobody waits for it.
func (ns *namespace) delete() {
	err := ns.client.CoreV1().Namespaces().Delete(context.Background(), ns.name, metav1.DeleteOptions{})
	if err != nil && !strings.Contains(err.Error(), "not found") {
		panic(err)
	}
}
