package cluster

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
)

// OperatorImage is the image that the runner takes for the demo operator.
const OperatorImage = "demo-operator:dev"

// Operator is a deployment of the demo operator.
type Operator struct {
	Namespace       string
	Name            string // of the Deployment, its account and the Lease
	Replicas        int32
	LeaseNamespace  string // the operator's own if empty
	LeaseDuration   time.Duration
	RenewDeadline   time.Duration
	RetryPeriod     time.Duration
	ReleaseOnCancel bool
	Grace           time.Duration // terminationGracePeriodSeconds, whole seconds
	ReconcileEvery  time.Duration
	HostNetwork     bool // the pods share their node's network, and its name
}

// DemoOperator is what `up` deploys; its timings make failovers quick.
func DemoOperator() Operator {
	return Operator{
		Namespace:       "demo",
		Name:            "demo-operator",
		Replicas:        3,
		LeaseDuration:   3 * time.Second,
		RenewDeadline:   2 * time.Second,
		RetryPeriod:     500 * time.Millisecond,
		ReleaseOnCancel: true,
		Grace:           5 * time.Second,
		ReconcileEvery:  200 * time.Millisecond,
	}
}

func (o Operator) leaseNamespace() string {
	if o.LeaseNamespace == "" {
		return o.Namespace
	}
	return o.LeaseNamespace
}

// Deploy creates the operator with what it needs, or makes it as given.
func Deploy(ctx context.Context, client kubernetes.Interface, o Operator) error {
	namespaces := []string{o.Namespace}
	if o.leaseNamespace() != o.Namespace {
		namespaces = append(namespaces, o.leaseNamespace())
	}
	for _, namespace := range namespaces {
		if err := apply(ctx, client.CoreV1().Namespaces(), &corev1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: namespace},
		}); err != nil {
			return err
		}
		if err := apply(ctx, client.RbacV1().Roles(namespace), o.role(namespace)); err != nil {
			return err
		}
		if err := apply(ctx, client.RbacV1().RoleBindings(namespace), o.roleBinding(namespace)); err != nil {
			return err
		}
	}
	if err := apply(ctx, client.CoreV1().ServiceAccounts(o.Namespace), &corev1.ServiceAccount{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: o.meta(o.Namespace),
	}); err != nil {
		return err
	}
	return apply(ctx, client.AppsV1().Deployments(o.Namespace), o.deployment())
}

func (o Operator) labels() map[string]string { return map[string]string{"app": o.Name} }

func (o Operator) meta(namespace string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: o.Name, Namespace: namespace, Labels: o.labels()}
}

func (o Operator) role(namespace string) *rbacv1.Role {
	write := []string{"get", "list", "watch", "create", "update", "patch"}
	return &rbacv1.Role{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "Role"},
		ObjectMeta: o.meta(namespace),
		Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Verbs: write},
			{APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: write},
		},
	}
}

func (o Operator) roleBinding(namespace string) *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		TypeMeta:   metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: "RoleBinding"},
		ObjectMeta: o.meta(namespace),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: o.Name},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: o.Name, Namespace: o.Namespace}},
	}
}

func (o Operator) deployment() *appsv1.Deployment {
	grace := int64(o.Grace / time.Second)
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: appsv1.SchemeGroupVersion.String(), Kind: "Deployment"},
		ObjectMeta: o.meta(o.Namespace),
		Spec: appsv1.DeploymentSpec{
			Replicas: &o.Replicas,
			Selector: &metav1.LabelSelector{MatchLabels: o.labels()},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: o.labels()},
				Spec: corev1.PodSpec{
					ServiceAccountName:            o.Name,
					TerminationGracePeriodSeconds: &grace,
					HostNetwork:                   o.HostNetwork,
					Containers:                    []corev1.Container{o.container()},
				},
			},
		},
	}
}

func (o Operator) container() corev1.Container {
	fromField := func(name, path string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}}
	}
	return corev1.Container{
		Name:  "operator",
		Image: OperatorImage,
		Args: []string{
			"--lease-name=" + o.Name,
			"--lease-namespace=" + o.leaseNamespace(),
			"--lease-duration=" + o.LeaseDuration.String(),
			"--renew-deadline=" + o.RenewDeadline.String(),
			"--retry-period=" + o.RetryPeriod.String(),
			fmt.Sprintf("--release-on-cancel=%t", o.ReleaseOnCancel),
			"--reconcile-every=" + o.ReconcileEvery.String(),
			"--listen=:8080",
		},
		Env: []corev1.EnvVar{
			fromField("POD_NAME", "metadata.name"),
			fromField("POD_NAMESPACE", "metadata.namespace"),
		},
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:     corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http")}},
			PeriodSeconds:    1,
			TimeoutSeconds:   1,
			FailureThreshold: 3,
		},
	}
}
