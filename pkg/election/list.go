package election

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
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
		sources = append(sources, Source{lister: l, Kind: kind, partial: partial})
	}
	return sources
}

// Source is one list of objects of which some are locks.
type Source struct {
	Kind    *Kind
	lister  Lister
	partial bool // the metadata is read, and the rest of the few whose metadata tells that their data has a record
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
			locks, err := s.Locks(ctx, object)
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
	l := s.lister
	opts.LabelSelector = l.Selector
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
		opts.LabelSelector = l.Selector
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
func (s Source) Locks(ctx context.Context, object runtime.Object) ([]Lock, error) {
	switch object := object.(type) {
	case *coordinationv1.Lease:
		return []Lock{FromLease(Ref{Kind: Lease, Namespace: object.Namespace, Name: object.Name}, object)}, nil
	case *unstructured.Unstructured:
		return s.records(object)
	case *metav1.PartialObjectMetadata:
		if s.Kind == ConfigMap && recordsInData(object) {
			return s.readWhole(ctx, object.Namespace, object.Name)
		}
		// This spares the many that are no locks their conversion.
		if len(object.Annotations) == 0 && (s.Kind != ConfigMap || len(object.OwnerReferences) != 1) && object.Name != kured {
			return nil, nil
		}
		content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
		if err != nil {
			return nil, fmt.Errorf("%s %s/%s: %w", s.Kind.Word, object.Namespace, object.Name, err)
		}
		return s.records(&unstructured.Unstructured{Object: content})
	}
	return nil, fmt.Errorf("a list of %s has an object of type %T", s.Kind.Resource.Resource, object)
}

// readWhole reads the locks of one object with its data, by a list, for which no other access is
// needed.
func (s Source) readWhole(ctx context.Context, namespace, name string) ([]Lock, error) {
	opts := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, name).String()}
	list, err := s.lister.Objects(Ref{Kind: s.Kind, Namespace: namespace}).List(ctx, opts)
	if err != nil || len(list.Items) == 0 { // deleted meanwhile
		return nil, err
	}
	return s.records(&list.Items[0])
}

// recordsInData reports that a ConfigMap's data is likely to have a record, by what its metadata
// tells: a label, or the names of the data's fields.
func recordsInData(object *metav1.PartialObjectMetadata) bool {
	if labelledLock(object.Labels) {
		return true
	}
	for _, entry := range object.ManagedFields {
		if entry.FieldsV1 == nil {
			continue
		}
		_, data, _ := bytes.Cut(entry.FieldsV1.GetRawBytes(), []byte(`"f:data":{`))
		if data, _, _ = bytes.Cut(data, []byte("}}")); recordKey().Match(data) {
			return true
		}
	}
	return false
}

// recordKey is how keys of data are called that have a record, or the address that Flink adds to
// one. Each match costs a request, so placeholders and selections must not match.
var recordKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)"f:([^"]*leader[^"]*|([^"]*[^s"])?election[^"]*|([^"]*[-._])?((lock|lease|current)?holder[a-z]*|lock|lease)([-._][^"]*)?|address)"`)
})

// records reads an object that may record several elections.
func (s Source) records(object *unstructured.Unstructured) ([]Lock, error) {
	ref := Ref{Kind: s.Kind, Namespace: object.GetNamespace(), Name: object.GetName()}
	keys := []string{""}
	if s.Kind == ConfigMap {
		if roles := rolesOf(dataOf(object)); len(roles) > 1 {
			keys = roles
		}
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
