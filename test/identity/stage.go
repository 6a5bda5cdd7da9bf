package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// stage is the API server on which one case after the other is set up and struck. Namespaces stay; nothing else does.
type stage struct {
	client     dynamic.Interface
	namespaces map[string]bool // that are there
	kopf       bool            // its definitions are there

	made []func(context.Context) error // each deletes one object
}

func newStage(client dynamic.Interface) *stage {
	return &stage{client: client, namespaces: map[string]bool{}}
}

// setUp creates all objects of the case, its lock last.
func (s *stage) setUp(ctx context.Context, c *Case) error {
	set, err := c.scene(time.Now())
	if err != nil {
		return err
	}
	for _, node := range set.nodes {
		if _, err := s.make(ctx, nodeKind, node); err != nil {
			return err
		}
	}
	for _, pod := range set.pods {
		if err := s.makePod(ctx, c, pod); err != nil {
			return err
		}
	}
	if c.expected() == expectMissing {
		return s.needNamespace(ctx, c.LockNamespace)
	}
	return s.makeLock(ctx, c)
}

// makePod creates a pod with its status. The case's owner references to it get the uid that it has now, unless they are
// meant to be another pod's.
func (s *stage) makePod(ctx context.Context, c *Case, pod *corev1.Pod) error {
	if err := s.needNamespace(ctx, pod.Namespace); err != nil {
		return err
	}
	made, err := s.make(ctx, podKind, pod)
	if err != nil {
		return err
	}
	pod.UID, pod.ResourceVersion = made.GetUID(), made.GetResourceVersion()
	withStatus, err := unstructuredOf(podKind, pod)
	if err != nil {
		return err
	}
	if _, err := s.client.Resource(podKind.gvr()).Namespace(pod.Namespace).UpdateStatus(ctx, withStatus, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("status of pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	for i, owner := range c.Owners {
		leads := owner.Kind == "Pod" || owner.Kind == "" && c.ownerLeads()
		if leads && owner.Name == pod.Name && pod.Namespace == c.LockNamespace && c.expected() != expectOther {
			c.Owners[i].UID = pod.UID
		}
	}
	return nil
}

func (s *stage) makeLock(ctx context.Context, c *Case) error {
	if c.kind().namespaced {
		if err := s.needNamespace(ctx, c.LockNamespace); err != nil {
			return err
		}
	}
	if c.isKopf() {
		if err := s.needKopf(ctx); err != nil {
			return err
		}
	}
	now := time.Now() // after the pods were created: who renews is there
	c.moveTo(c.renewal(now))
	lock, err := c.lockObject(now)
	if err != nil {
		return err
	}
	if twin := c.form().twin; twin != "" {
		if _, err := s.create(ctx, kinds[twin], c.twinObject(now), c.manager()); err != nil {
			return err
		}
	}
	made, err := s.create(ctx, c.kind(), lock, c.manager())
	if err != nil {
		return err
	}
	return s.backdate(ctx, c.kind(), made, c.renewal(now))
}

// backdate lets the API server's own record of the writes to an object be of the time of its
// renewal.
func (s *stage) backdate(ctx context.Context, k kind, object *unstructured.Unstructured, renewal time.Time) error {
	written := metav1.NewTime(renewal)
	entries := object.GetManagedFields()
	for i := range entries {
		if !entries[i].Time.After(renewal) {
			return nil
		}
		entries[i].Time = &written
	}
	object.SetManagedFields(entries)
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations["backdated"] = "" // the server takes such a time only with another change
	object.SetAnnotations(annotations)
	if _, err := s.resource(k, object).Update(ctx, object, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("backdate %s %s: %w", k.argument, object.GetName(), err)
	}
	return nil
}

// needNamespace makes a namespace with the account that a pod cannot be created without: no controller does it here.
func (s *stage) needNamespace(ctx context.Context, name string) error {
	if name == "" || s.namespaces[name] {
		return nil
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "default"}}
	for _, one := range []struct {
		kind   kind
		object any
	}{{namespaceKind, namespace}, {accountKind, account}} {
		object, err := unstructuredOf(one.kind, one.object)
		if err != nil {
			return err
		}
		_, err = s.resource(one.kind, object).Create(ctx, object, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return fmt.Errorf("create %s %s: %w", one.kind.argument, name, err)
		}
	}
	s.namespaces[name] = true
	return nil
}

func (s *stage) make(ctx context.Context, k kind, object any) (*unstructured.Unstructured, error) {
	u, err := unstructuredOf(k, object)
	if err != nil {
		return nil, err
	}
	return s.create(ctx, k, u, "unknown")
}

// create creates an object for the time of one case. One of its name that is left over from elsewhere goes first.
func (s *stage) create(ctx context.Context, k kind, object *unstructured.Unstructured, manager string) (*unstructured.Unstructured, error) {
	client, name := s.resource(k, object), object.GetName()
	now := int64(0)
	remove := func(ctx context.Context) error {
		err := client.Delete(ctx, name, metav1.DeleteOptions{GracePeriodSeconds: &now})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	}
	options := metav1.CreateOptions{FieldManager: manager}
	made, err := client.Create(ctx, object, options)
	if apierrors.IsAlreadyExists(err) {
		if err := remove(ctx); err != nil {
			return nil, fmt.Errorf("delete the %s %s that is there: %w", k.argument, name, err)
		}
		made, err = client.Create(ctx, object, options)
	}
	if err != nil {
		return nil, fmt.Errorf("create %s %s: %w", k.argument, name, err)
	}
	s.made = append(s.made, remove)
	return made, nil
}

// strike deletes what setUp created, as much of it as can be.
func (s *stage) strike(ctx context.Context) error {
	made := s.made
	s.made = nil
	var problems []error
	for i := len(made) - 1; i >= 0; i-- {
		if err := made[i](ctx); err != nil {
			problems = append(problems, fmt.Errorf("delete what a case left: %w", err))
		}
	}
	return errors.Join(problems...)
}

func (s *stage) resource(k kind, object *unstructured.Unstructured) dynamic.ResourceInterface {
	if k.namespaced {
		return s.client.Resource(k.gvr()).Namespace(object.GetNamespace())
	}
	return s.client.Resource(k.gvr())
}
