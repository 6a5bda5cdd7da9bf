package load

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// object is the pod as its ReplicaSet, or its kubelet for a static pod, creates it; it is as large as real ones are.
func (p Pod) object() *corev1.Pod {
	isController, mounted := true, false
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   p.Namespace,
			Name:        p.Name,
			Labels:      map[string]string{"app.kubernetes.io/name": p.Workload, "app.kubernetes.io/part-of": p.Namespace},
			Annotations: p.annotations(),
		},
		Spec: corev1.PodSpec{
			NodeName:                     p.Node,
			HostNetwork:                  p.isStatic(),
			AutomountServiceAccountToken: &mounted,
			Containers:                   []corev1.Container{p.container("manager", 8080), p.container("proxy", 8443)},
			Volumes: []corev1.Volume{
				{Name: "config", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
				{Name: "certificates", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}}},
			},
			Tolerations: []corev1.Toleration{{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: p.Namespace, Effect: corev1.TaintEffectNoSchedule}},
		},
	}
	owner := metav1.OwnerReference{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: p.ReplicaSet, Controller: &isController, BlockOwnerDeletion: &isController}
	if p.isStatic() {
		owner = metav1.OwnerReference{APIVersion: "v1", Kind: "Node", Name: p.Node, Controller: &isController}
		pod.Labels["component"], pod.Labels["tier"] = p.Workload, "control-plane"
	} else {
		pod.GenerateName = p.ReplicaSet + "-"
		pod.Labels["pod-template-hash"] = p.ReplicaSet[len(p.Workload)+1:]
	}
	owner.UID = types.UID(uid(owner.Kind + p.Namespace + owner.Name))
	pod.OwnerReferences = []metav1.OwnerReference{owner}
	return pod
}

func (p Pod) annotations() map[string]string {
	annotations := map[string]string{
		"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z",
		"prometheus.io/scrape":              "true",
		"prometheus.io/port":                "8080",
		"checksum/config":                   uid(p.Namespace) + uid(p.Workload),
	}
	if p.isStatic() {
		annotations[corev1.MirrorPodAnnotationKey] = uid(p.Name)
		annotations["kubernetes.io/config.source"] = "file"
	}
	return annotations
}

func (p Pod) container(name string, port int32) corev1.Container {
	fromField := func(name, path string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
	}
	probe := func(path string) *corev1.Probe {
		get := &corev1.HTTPGetAction{Path: path, Port: intstr.FromString(name), Scheme: corev1.URISchemeHTTP}
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: get}, InitialDelaySeconds: 5, PeriodSeconds: 10}
	}
	container := corev1.Container{
		Name:  name,
		Image: image(name),
		Args:  []string{"--leader-elect", "--metrics-bind-address=:9090", "--namespace=" + p.Namespace, "--config=/etc/config/config.yaml"},
		Env: []corev1.EnvVar{
			fromField("POD_NAME", "metadata.name"), fromField("POD_NAMESPACE", "metadata.namespace"),
			{Name: "LOG_LEVEL", Value: "info"}, {Name: "SERVICE", Value: p.Workload + "." + p.Namespace + ".svc"},
		},
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("256Mi")},
		},
		LivenessProbe:  probe("/healthz"),
		ReadinessProbe: probe("/readyz"),
		VolumeMounts:   []corev1.VolumeMount{{Name: "config", MountPath: "/etc/config", ReadOnly: true}, {Name: "certificates", MountPath: "/etc/certificates"}},
		Ports:          []corev1.ContainerPort{{Name: name, ContainerPort: port, Protocol: corev1.ProtocolTCP}},
	}
	if p.isStatic() { // on the node's network the ports are the node's
		container.Ports[0].HostPort = port
	}
	return container
}

func image(container string) string { return "registry.example.com/platform/" + container + ":v1.14.2" }
