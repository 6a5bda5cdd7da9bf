package load

import (
	"crypto/sha256"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// status is what the kubelet says of a pod that runs and is ready, and has been for podAge.
func (p Pod) status(now time.Time) corev1.PodStatus {
	since := metav1.NewTime(now.Add(-podAge))
	ip := address(p.Namespace + "/" + p.Name)
	if p.isStatic() {
		ip = address(p.Node)
	}
	status := corev1.PodStatus{
		Phase:     corev1.PodRunning,
		QOSClass:  corev1.PodQOSBurstable, // the API server found so, and it must not change
		HostIP:    address(p.Node),
		HostIPs:   []corev1.HostIP{{IP: address(p.Node)}},
		PodIP:     ip,
		PodIPs:    []corev1.PodIP{{IP: ip}},
		StartTime: &since,
	}
	for _, condition := range []corev1.PodConditionType{
		corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady, corev1.PodScheduled,
	} {
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: condition, Status: corev1.ConditionTrue, LastTransitionTime: since})
	}
	started := true
	for _, container := range []string{"manager", "proxy"} {
		status.ContainerStatuses = append(status.ContainerStatuses, corev1.ContainerStatus{
			Name:        container,
			State:       corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: since}},
			Ready:       true,
			Started:     &started,
			Image:       image(container),
			ImageID:     "registry.example.com/platform/" + container + "@sha256:" + digest(container),
			ContainerID: "containerd://" + digest(p.Namespace+"/"+p.Name+"/"+container),
		})
	}
	return status
}

// address is an IP from 10.0.0.0/8. Two names may share one; nothing here connects to it.
func address(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("10.%d.%d.%d", h[0], h[1], h[2])
}

func digest(name string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(name))) }
