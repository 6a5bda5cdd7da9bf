// Package leadertest is a cluster of one lock and some pods in memory, for tests of what follows a leader and for faults
// that a real API server cannot be made to have.
package leadertest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// Cluster holds the objects and tells watchers of each change. Safe for concurrent use.
type Cluster struct {
	mu       sync.Mutex
	version  int
	objects  map[string]metav1.Object // by kind/name
	gone     map[string]metav1.Object // the last one that was deleted, with the version of that
	watchers map[*watch.RaceFreeFakeWatcher]string
	fail     error
	denied   error // of lists and watches
	oldest   int   // version that a watch can begin with
	gets     int
	skew     time.Duration // of the holders' clock
	stripped bool          // managedFields are
}

// New makes an empty cluster.
func New() *Cluster {
	return &Cluster{objects: map[string]metav1.Object{}, gone: map[string]metav1.Object{}, watchers: map[*watch.RaceFreeFakeWatcher]string{}}
}

// Finder finds the leader of the lock "ops/op".
func (c *Cluster) Finder() *leader.Finder {
	return &leader.Finder{
		Lock: election.Ref{Namespace: "ops", Name: "op"}, PodNamespace: "ops",
		Locks: election.Client{Leases: leases{cluster: c}}, Pods: pods{cluster: c}, Nodes: nodes{}, Clock: &election.ServerClock{},
	}
}

// Hold lets a pod (or anybody) hold the lock from now on, in a term of its own.
func (c *Cluster) Hold(holder string, duration time.Duration) {
	now := c.holdersNow()
	seconds, transitions := int32(duration/time.Second), int32(c.version)
	c.write(&coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op", UID: "lease"},
		Spec: coordinationv1.LeaseSpec{HolderIdentity: &holder, AcquireTime: &now, RenewTime: &now,
			LeaseDurationSeconds: &seconds, LeaseTransitions: &transitions},
	})
}

// Renew renews the lock.
func (c *Cluster) Renew() {
	now := c.holdersNow()
	c.Change(func(lease *coordinationv1.Lease) { lease.Spec.RenewTime = &now })
}

// Change writes the lock as changed.
func (c *Cluster) Change(change func(*coordinationv1.Lease)) {
	c.mu.Lock()
	lease := c.objects["lease/op"].(*coordinationv1.Lease).DeepCopy()
	c.mu.Unlock()
	change(lease)
	c.write(lease)
}

// Skew sets the holders' clock ahead of the server's, or behind it if less than 0.
func (c *Cluster) Skew(by time.Duration) { c.skew = by }

// StripManagedFields lets the server not tell any more who wrote the lock when.
func (c *Cluster) StripManagedFields() { c.stripped = true }

func (c *Cluster) holdersNow() metav1.MicroTime { return metav1.NewMicroTime(time.Now().Add(c.skew)) }

// write puts the lock with what the server notes of who writes it.
func (c *Cluster) write(lease *coordinationv1.Lease) {
	now := metav1.NewTime(time.Now().Truncate(time.Second))
	lease.ManagedFields = []metav1.ManagedFieldsEntry{{
		Manager: "op", Operation: metav1.ManagedFieldsOperationUpdate, Time: &now, FieldsType: "FieldsV1",
		FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:holderIdentity":{},"f:renewTime":{}}}`),
	}}
	if c.stripped {
		lease.ManagedFields = nil
	}
	c.put("lease/op", lease)
}

// Run puts a running pod into the cluster.
func (c *Cluster) Run(name string, change ...func(*corev1.Pod)) {
	started := metav1.NewTime(time.Now().Add(-time.Minute))
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: started},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "op", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}}}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, StartTime: &started,
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "op", ContainerID: "1",
				State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: started}}}},
		},
	}
	for _, f := range change {
		f(pod)
	}
	c.put("pod/"+name, pod)
}

// Delete removes an object: "lease/op" or "pod/NAME".
func (c *Cluster) Delete(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	object := c.objects[key].(runtime.Object).DeepCopyObject().(metav1.Object)
	delete(c.objects, key)
	c.version++
	object.SetResourceVersion(strconv.Itoa(c.version))
	c.gone[key] = object
	c.tell(key, watch.Deleted, object)
}

// Fail lets every request fail with an error, and cuts every watch; nil ends that.
func (c *Cluster) Fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = err
	if err != nil {
		for w := range c.watchers {
			w.Stop()
			delete(c.watchers, w)
		}
	}
}

// Compact cuts every watch and forgets all that has changed: a watch that goes on from where it was is refused with 410
// Gone, and what follows has to list anew.
func (c *Cluster) Compact() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version++
	c.oldest = c.version
	for w := range c.watchers {
		w.Stop()
		delete(c.watchers, w)
	}
}

// DenyWatch lets lists and watches fail, as they do for somebody who may only get.
func (c *Cluster) DenyWatch(err error) { c.denied = err }

// Gets is how many single objects were read.
func (c *Cluster) Gets() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gets
}

func (c *Cluster) put(key string, object metav1.Object) {
	c.mu.Lock()
	defer c.mu.Unlock()
	event := watch.Added
	if c.objects[key] != nil {
		event = watch.Modified
	}
	c.version++
	object.SetResourceVersion(strconv.Itoa(c.version))
	c.objects[key] = object
	c.tell(key, event, object)
}

func (c *Cluster) tell(key string, event watch.EventType, object metav1.Object) {
	for w, of := range c.watchers {
		if of == key && !w.IsStopped() {
			w.Action(event, object.(runtime.Object).DeepCopyObject())
		}
	}
}

func (c *Cluster) get(key string) (metav1.Object, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gets++
	if c.fail != nil {
		return nil, c.fail
	}
	if c.objects[key] == nil {
		kind, name, _ := strings.Cut(key, "/")
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: kind}, name)
	}
	return c.objects[key].(runtime.Object).DeepCopyObject().(metav1.Object), nil
}

func (c *Cluster) list(key string) (objects []metav1.Object, version string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.fail, c.denied); err != nil {
		return nil, "", err
	}
	for _, name := range slices.Sorted(maps.Keys(c.objects)) {
		if name == key || strings.HasSuffix(key, "/") && strings.HasPrefix(name, key) {
			objects = append(objects, c.objects[name].(runtime.Object).DeepCopyObject().(metav1.Object))
		}
	}
	return objects, strconv.Itoa(c.version), nil
}

func (c *Cluster) watch(key, since string) (watch.Interface, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.fail, c.denied); err != nil {
		return nil, err
	}
	version, _ := strconv.Atoi(since) // 0 then
	if version < c.oldest {
		return nil, apierrors.NewResourceExpired("too old resource version")
	}
	w := watch.NewRaceFreeFake()
	// What happened between the list and this, as the server would tell it.
	if gone := c.gone[key]; gone != nil {
		if at, _ := strconv.Atoi(gone.GetResourceVersion()); version < at {
			w.Delete(gone.(runtime.Object).DeepCopyObject())
		}
	}
	if version < c.version && c.objects[key] != nil {
		w.Modify(c.objects[key].(runtime.Object).DeepCopyObject())
	}
	c.watchers[w] = key
	return w, nil
}

// named is the key of the one object that a list or a watch asks for, or with a slash at its end
// what those of all begin with.
func named(kind string, opts metav1.ListOptions) string {
	return kind + "/" + strings.TrimPrefix(opts.FieldSelector, "metadata.name=")
}

type leases struct{ cluster *Cluster }

func (l leases) Leases(string) kube.Leases { return l }

func (l leases) Get(_ context.Context, name string, _ metav1.GetOptions) (*coordinationv1.Lease, error) {
	object, err := l.cluster.get("lease/" + name)
	if err != nil {
		return nil, err
	}
	return object.(*coordinationv1.Lease), nil
}

func (l leases) List(_ context.Context, opts metav1.ListOptions) (*coordinationv1.LeaseList, error) {
	objects, version, err := l.cluster.list(named("lease", opts))
	list := &coordinationv1.LeaseList{ListMeta: metav1.ListMeta{ResourceVersion: version}}
	for _, object := range objects {
		list.Items = append(list.Items, *object.(*coordinationv1.Lease))
	}
	return list, err
}

func (l leases) Watch(_ context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	if opts.SendInitialEvents != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{}, "", nil) // as a server that cannot stream lists
	}
	return l.cluster.watch(named("lease", opts), opts.ResourceVersion)
}

type pods struct{ cluster *Cluster }

func (p pods) Pods(string) kube.Pods { return p }

func (p pods) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Pod, error) {
	object, err := p.cluster.get("pod/" + name)
	if err != nil {
		return nil, err
	}
	return object.(*corev1.Pod), nil
}

func (p pods) List(_ context.Context, opts metav1.ListOptions) (*corev1.PodList, error) {
	objects, version, err := p.cluster.list(named("pod", opts))
	list := &corev1.PodList{ListMeta: metav1.ListMeta{ResourceVersion: version}}
	for _, object := range objects {
		list.Items = append(list.Items, *object.(*corev1.Pod))
	}
	return list, err
}

func (p pods) Watch(_ context.Context, opts metav1.ListOptions) (watch.Interface, error) {
	if opts.SendInitialEvents != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{}, "", nil)
	}
	return p.cluster.watch(named("pod", opts), opts.ResourceVersion)
}

// nodes has none: these tests are about pods.
type nodes struct {
	kube.Reader[*corev1.Node, *corev1.NodeList]
}

func (n nodes) Nodes() kube.Nodes { return n }

func (n nodes) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Node, error) {
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "nodes"}, name)
}

func (n nodes) List(context.Context, metav1.ListOptions) (*corev1.NodeList, error) {
	return &corev1.NodeList{}, nil
}
