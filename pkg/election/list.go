package election

import (
	"context"
	"errors"
	"fmt"
	"strings"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// Lister reads the locks of a namespace, or of all with the empty one.
type Lister struct {
	Client
	Namespace string
	// Selector is the label selector that the objects have to match; "" for all.
	Selector string
}

// Sources are all places where locks are kept.
func (l Lister) Sources() []Source {
	var sources []Source
	for _, kind := range kinds {
		if kind.Cluster && l.Namespace != metav1.NamespaceAll {
			continue
		}
		// ConfigMaps are many, and large: of most, the metadata tells enough.
		partial := kind == ConfigMap || kind == Endpoints || kind == DaemonSet
		sources = append(sources, Source{lister: l, Kind: kind, selector: l.Selector, partial: partial})
		if kind == ConfigMap {
			selector := strings.TrimPrefix(l.Selector+",provider=spring-cloud-kubernetes", ",")
			sources = append(sources, Source{lister: l, Kind: kind, selector: selector})
		}
	}
	return sources
}

// Source is one list of objects of which some are locks.
type Source struct {
	Kind     *Kind
	lister   Lister
	selector string
	partial  bool // only the metadata is read
}

// List hands each lock to visit, page by page. Markers and heartbeats are among the Leases; of other kinds only those
// objects that record a leader. Errors are the server's; a kind that the server does not know has no locks.
func (s Source) List(ctx context.Context, visit func(Lock)) error {
	err := EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		page, err := s.page(ctx, opts)
		if err != nil {
			return "", err
		}
		err = meta.EachListItem(page, func(object runtime.Object) error {
			locks, err := s.Locks(object)
			for _, lock := range locks {
				visit(lock)
			}
			return err
		})
		if err != nil {
			return "", err
		}
		list, err := meta.ListAccessor(page)
		if err != nil {
			return "", err
		}
		return list.GetContinue(), nil
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (s Source) page(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
	opts.LabelSelector = s.selector
	l := s.lister
	switch {
	case s.Kind == Lease:
		return l.Leases.Leases(l.Namespace).List(ctx, opts)
	case s.partial:
		return l.Metadata.Metadata(s.Kind.Resource, l.Namespace).List(ctx, opts)
	}
	return l.Dynamic.Resource(s.Kind.Resource).Namespace(l.Namespace).List(ctx, opts)
}

// ListWatch lists and watches the objects, for a client-go Reflector; example is an empty one.
func (s Source) ListWatch() (lists *cache.ListWatch, example runtime.Object) {
	l := s.lister
	watch := func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
		opts.LabelSelector = s.selector
		switch {
		case s.Kind == Lease:
			return l.Leases.Leases(l.Namespace).Watch(ctx, opts)
		case s.partial:
			return l.Metadata.Metadata(s.Kind.Resource, l.Namespace).Watch(ctx, opts)
		}
		return l.Dynamic.Resource(s.Kind.Resource).Namespace(l.Namespace).Watch(ctx, opts)
	}
	switch {
	case s.Kind == Lease:
		example = &coordinationv1.Lease{}
	case s.partial:
		example = &metav1.PartialObjectMetadata{}
	default:
		example = &unstructured.Unstructured{}
	}
	return &cache.ListWatch{ListWithContextFunc: s.page, WatchFuncWithContext: watch}, example
}

// Locks reads the locks that an object of the source records; none if it records no leader.
func (s Source) Locks(object runtime.Object) ([]Lock, error) {
	switch object := object.(type) {
	case *coordinationv1.Lease:
		return []Lock{FromLease(Ref{Kind: Lease, Namespace: object.Namespace, Name: object.Name}, object)}, nil
	case *unstructured.Unstructured:
		return s.records(object)
	case *metav1.PartialObjectMetadata:
		// This spares the many that are no locks their conversion. Spring's are read whole, from a source of their own.
		silent := len(object.Annotations) == 0 && (s.Kind != ConfigMap || len(object.OwnerReferences) != 1) && object.Name != kured
		if silent || object.Labels["provider"] == "spring-cloud-kubernetes" {
			return nil, nil
		}
		fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return nil, fmt.Errorf("%s %s/%s: %w", s.Kind.Word, object.Namespace, object.Name, err)
		}
		return s.records(&unstructured.Unstructured{Object: fields})
	}
	return nil, fmt.Errorf("a list of %s has an object of type %T", s.Kind.Resource.Resource, object)
}

// records reads an object that may record several elections.
func (s Source) records(object *unstructured.Unstructured) ([]Lock, error) {
	ref := Ref{Kind: s.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
	keys := []string{""}
	if roles := springRoles(object); s.Kind == ConfigMap && len(roles) > 1 {
		keys = roles
	}
	var locks []Lock
	for _, ref.Key = range keys {
		lock, err := FromObject(ref, object, s.lister.Clock.Now())
		if err != nil {
			return nil, err
		}
		if lock.Marker == "" {
			locks = append(locks, lock)
		}
	}
	return locks, nil
}

// pageSize is how many objects of a list are in memory at once.
const pageSize = 500

// EachPage asks for page after page of a list. Where that takes so long that the list's snapshot is gone, the server
// offers to go on with what there is then, which is as good here.
func EachPage(ctx context.Context, opts metav1.ListOptions, page func(context.Context, metav1.ListOptions) (next string, err error)) error {
	opts.Limit = pageSize
	for {
		next, err := page(ctx, opts)
		var status apierrors.APIStatus
		if apierrors.IsResourceExpired(err) && errors.As(err, &status) && status.Status().ListMeta.Continue != "" && status.Status().ListMeta.Continue != opts.Continue {
			opts.Continue = status.Status().ListMeta.Continue
			continue
		}
		if err != nil || next == "" {
			return err
		}
		opts.Continue = next
	}
}
