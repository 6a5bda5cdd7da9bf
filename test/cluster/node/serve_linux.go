package node

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	cri "k8s.io/cri-client/pkg"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/tunnel"
)

// criTimeout bounds a call to containerd.
const criTimeout = 30 * time.Second

// routes is what the node does for the cluster: the way into its network, the
// kubelet's health, and a rotation of logs on demand.
func (n *Node) routes() http.Handler {
	mux := http.NewServeMux()
	health := &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(healthPort))}
	mux.Handle("GET /healthz", httputil.NewSingleHostReverseProxy(health))
	mux.HandleFunc("POST /rotate/{namespace}/{pod}", func(w http.ResponseWriter, request *http.Request) {
		if err := n.rotate(request.Context(), request.PathValue("namespace"), request.PathValue("pod")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodConnect {
			mux.ServeHTTP(w, request)
			return
		}
		tunnel.Connect(w, request, func(ctx context.Context, address string) (net.Conn, error) {
			return tunnel.Dial("tcp", address)(ctx)
		})
	})
}

// rotate rotates the logs of the pod's containers as the kubelet does.
func (n *Node) rotate(ctx context.Context, namespace, pod string) error {
	runtime, err := cri.NewRemoteRuntimeService(ctx, "unix://"+containerdSocket, criTimeout, nil, false)
	if err != nil {
		return err
	}
	containers, err := runtime.ListContainers(ctx, &runtimeapi.ContainerFilter{
		State:         &runtimeapi.ContainerStateValue{State: runtimeapi.ContainerState_CONTAINER_RUNNING},
		LabelSelector: map[string]string{"io.kubernetes.pod.namespace": namespace, "io.kubernetes.pod.name": pod},
	})
	if err != nil {
		return err
	}
	if len(containers) == 0 {
		return fmt.Errorf("no container of pod %s/%s runs on node %s", namespace, pod, n.Name)
	}
	for _, container := range containers {
		answer, err := runtime.ContainerStatus(ctx, container.Id, false)
		if err != nil {
			return err
		}
		log := answer.Status.LogPath
		// The kubelet's format with a fraction, so that two in a second differ.
		if err := os.Rename(log, log+"."+time.Now().UTC().Format("20060102-150405.000000000")); err != nil {
			return err
		}
		if err := runtime.ReopenContainerLog(ctx, container.Id); err != nil {
			return err
		}
	}
	return nil
}
