package scenarios

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// leaseCommand writes a Lease: lease NAME HOLDER [acquired=-1h] [renewed=0s] [duration=1h]
// [transitions=3]. Times are relative to now. One that was renewed in the past was written then by
// the server's record, too.
func leaseCommand(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: lease NAME HOLDER [acquired=-1h] [renewed=0s] [duration=1h] [transitions=3]")
	}
	given := map[string]string{"acquired": "-1h", "renewed": "0s", "duration": "1h", "transitions": "3"}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		given[name] = value
	}
	span := func(name string) time.Duration {
		d, err := time.ParseDuration(given[name])
		ts.Check(err)
		return d
	}
	holder, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	transitions, err := strconv.ParseInt(given["transitions"], 10, 32)
	ts.Check(err)
	now := time.Now()
	ts.Check(namespaceOf(ts).writeLease(args[0], coordinationv1.LeaseSpec{
		HolderIdentity:       &holder,
		AcquireTime:          &metav1.MicroTime{Time: now.Add(span("acquired"))},
		RenewTime:            &metav1.MicroTime{Time: now.Add(span("renewed"))},
		LeaseDurationSeconds: ptr.To(int32(span("duration").Seconds())),
		LeaseTransitions:     ptr.To(int32(transitions)),
	}))
}

// writeLease creates a Lease, or gives the one that exists another content.
func (ns *namespace) writeLease(name string, spec coordinationv1.LeaseSpec) error {
	ctx, leases := context.Background(), ns.client.CoordinationV1().Leases(ns.name)
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
	_, err := leases.Create(ctx, lease, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		if lease, err = leases.Get(ctx, name, metav1.GetOptions{}); err == nil {
			lease.Spec = spec
			_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
		}
	}
	if err != nil || time.Since(spec.RenewTime.Time) < time.Second {
		return err
	}
	return ns.backdate(name, spec.RenewTime.Time)
}

// backdate lets the server's record of a Lease's last write be of another time. The server takes
// that only with another change, by another manager.
func (ns *namespace) backdate(name string, to time.Time) error {
	patch := fmt.Sprintf(`[{"op": "replace", "path": "/metadata/managedFields/0/time", "value": %q}, {"op": "add", "path": "/metadata/annotations", "value": {"backdated": ""}}]`,
		to.UTC().Format(time.RFC3339))
	_, err := ns.client.CoordinationV1().Leases(ns.name).Patch(context.Background(), name, types.JSONPatchType, []byte(patch), metav1.PatchOptions{FieldManager: "backdate"})
	return err
}

// allow grants a right and waits until the API server knows of it: allow [-n NAMESPACE] USER
// VERB,... RESOURCE,...
func allow(ts *testscript.TestScript, neg bool, args []string) {
	ns := namespaceOf(ts)
	namespace := ns.name
	if len(args) == 5 && args[0] == "-n" {
		namespace, args = args[1], args[2:]
	}
	if neg || len(args) != 3 {
		ts.Fatalf("usage: allow [-n NAMESPACE] USER VERB,... RESOURCE,...")
	}
	user, verbs, resources := args[0], strings.Split(args[1], ","), strings.Split(args[2], ",")
	name, err := ns.allowUser(namespace, user, verbs, resources)
	if name != "" && namespace != ns.name {
		ts.Defer(func() { // the namespace is not the scenario's own; what cannot be deleted goes with the cluster
			_ = ns.client.RbacV1().RoleBindings(namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
			_ = ns.client.RbacV1().Roles(namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
		})
	}
	ts.Check(err)
	for _, resource := range resources {
		for _, verb := range verbs {
			ts.Check(ns.awaitRight(namespace, user, verb, resource))
		}
	}
}

// allowUser creates a Role and its RoleBinding. It returns their name.
func (ns *namespace) allowUser(namespace, user string, verbs, resources []string) (string, error) {
	ctx := context.Background()
	role := &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{GenerateName: ns.name + "-"}}
	for _, resource := range resources {
		of := schema.ParseGroupResource(resource)
		role.Rules = append(role.Rules, rbacv1.PolicyRule{APIGroups: []string{of.Group}, Resources: []string{of.Resource}, Verbs: verbs})
	}
	role, err := ns.client.RbacV1().Roles(namespace).Create(ctx, role, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	_, err = ns.client.RbacV1().RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: role.Name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
		Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
	}, metav1.CreateOptions{})
	return role.Name, err
}

// awaitRight waits for the API server's authorizer, which reads roles through a watch of its own
// and announces nothing.
func (ns *namespace) awaitRight(namespace, user, verb, resource string) error {
	of := schema.ParseGroupResource(resource)
	name, subresource, _ := strings.Cut(of.Resource, "/")
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		review, err := ns.client.AuthorizationV1().SubjectAccessReviews().Create(context.Background(), &authorizationv1.SubjectAccessReview{
			Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: namespace, Verb: verb, Group: of.Group, Resource: name, Subresource: subresource,
			}},
		}, metav1.CreateOptions{})
		if err == nil && review.Status.Allowed {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s may not %s %s in %s after %s (%v)", user, verb, resource, namespace, patience, err)
		}
	}
}
