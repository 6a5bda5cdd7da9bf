package leader

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// quest is one search through the cluster. It goes from near to far and stops as soon as it has found somebody; what it
// is denied, it notes and does without.
type quest struct {
	*Finder
	lock   election.Lock
	search *identity.Search
	denied []error
}

// search looks for the pod in all places, in the order in which they are likely and cheap.
func (f *Finder) search(ctx context.Context, lock election.Lock, denied ...error) (resolution, error) {
	q := &quest{Finder: f, lock: lock, search: f.searchFor(lock), denied: denied}
	if lock.HolderUID != "" {
		return conclude(q.search, lock, lock.Namespace, denied), nil // there is but one pod that it can be
	}
	for i, look := range []func(context.Context) error{q.namespaces, q.byName, q.byNode, q.everywhere} {
		if err := look(ctx); err != nil {
			return resolution{}, err
		}
		// A pod whose name is a part of the holder has to wait for one that is called like all of
		// it.
		if q.search.Whole() || i > 0 && len(q.search.Matches()) > 0 {
			break
		}
	}
	return f.onNode(ctx, lock, conclude(q.search, lock, f.PodNamespace, q.denied))
}

// namespaces looks through the pods' namespace, then through the lock's.
func (q *quest) namespaces(ctx context.Context) error {
	for _, namespace := range q.places() {
		err := q.eachPod(ctx, namespace, "")
		if apierrors.IsForbidden(err) {
			q.denied = append(q.denied, err)
			err = q.byNameIn(ctx, namespace)
		}
		if err != nil || q.search.Named() {
			return err // by its own name; a node's might be the name of a pod that is to come
		}
	}
	return nil
}

// places are the namespaces that are looked through first.
func (q *quest) places() []string {
	places := []string{q.PodNamespace, q.lock.Namespace}
	return slices.Compact(slices.DeleteFunc(places, func(namespace string) bool { return namespace == "" }))
}

// byNameIn reads the pods that the holder may name one by one, where they may not be listed.
func (q *quest) byNameIn(ctx context.Context, namespace string) error {
	for _, name := range q.search.Names() {
		pod, err := q.Pods.Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsForbidden(err):
			q.denied = append(q.denied, err)
			return nil
		case err == nil:
			q.search.Pod(pod)
		case !apierrors.IsNotFound(err):
			return fmt.Errorf("pods of namespace %s: %w", namespace, err)
		}
	}
	return nil
}

// byName asks for the names that the holder may contain in all namespaces at once.
func (q *quest) byName(ctx context.Context) error {
	for _, name := range q.search.Names() {
		err := q.eachPod(ctx, metav1.NamespaceAll, fields.OneTermEqualSelector(metav1.ObjectNameField, name).String())
		if apierrors.IsForbidden(err) {
			q.denied = append(q.denied, err)
			return nil
		}
		if err != nil || len(q.search.Matches()) > 0 {
			return err
		}
	}
	return nil
}

// byNode finds out whether the holder names a node, and looks through its pods.
func (q *quest) byNode(ctx context.Context) error {
	if err := q.findNode(ctx); err != nil {
		return err
	}
	for _, node := range q.search.Nodes() {
		err := q.eachPod(ctx, metav1.NamespaceAll, fields.OneTermEqualSelector("spec.nodeName", node).String())
		if apierrors.IsForbidden(err) {
			q.denied = append(q.denied, err)
			for _, namespace := range q.places() {
				if err := q.eachPod(ctx, namespace, ""); err != nil && !apierrors.IsForbidden(err) {
					return err
				}
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// findNode asks for the node by its name, and looks through all nodes for other names of theirs where there is none.
func (q *quest) findNode(ctx context.Context) error {
	if identity.Random(q.lock.Record.Holder) {
		return nil
	}
	for _, host := range q.search.Hosts() {
		node, err := q.Nodes.Nodes().Get(ctx, host, metav1.GetOptions{})
		switch {
		case apierrors.IsForbidden(err):
			q.denied = append(q.denied, err)
			return nil
		case err == nil:
			q.search.Node(node)
			return nil
		case !apierrors.IsNotFound(err):
			return fmt.Errorf("node %s: %w", host, err)
		}
	}
	if len(q.search.Nodes()) > 0 || q.search.Siblings() {
		return nil
	}
	err := election.EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		page, err := q.Nodes.Nodes().List(ctx, opts)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			q.search.Node(&page.Items[i])
		}
		return page.Continue, nil
	})
	if apierrors.IsForbidden(err) {
		q.denied = append(q.denied, err)
		return nil
	}
	return err
}

// everywhere looks through all pods, for names that only the pods themselves can tell. What a
// workload's pod is called has been asked for by name, so that is not worth the time where others
// of its kind have been seen: a failover in a large cluster would wait for it.
func (q *quest) everywhere(ctx context.Context) error {
	if q.search.Generated() && q.search.Siblings() || len(q.search.Nodes()) > 0 || identity.Random(q.lock.Record.Holder) {
		return nil
	}
	err := q.eachPod(ctx, metav1.NamespaceAll, "")
	if apierrors.IsForbidden(err) {
		return nil // noted before
	}
	return err
}

// eachPod shows the pods of a namespace to the search, one page at a time.
func (q *quest) eachPod(ctx context.Context, namespace, fieldSelector string) error {
	opts := metav1.ListOptions{FieldSelector: fieldSelector}
	err := election.EachPage(ctx, opts, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		page, err := q.Pods.Pods(namespace).List(ctx, opts)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			q.search.Pod(&page.Items[i])
		}
		return page.Continue, nil
	})
	if err != nil && !apierrors.IsForbidden(err) {
		return fmt.Errorf("pods, of which one holds %s: %w", q.Lock, err)
	}
	return err
}

// waiting are the pods that look like they could take a lock that nobody holds, as far as that may
// be found out.
func (f *Finder) waiting(ctx context.Context, lock election.Lock) []identity.Candidate {
	q := &quest{Finder: f, lock: lock, search: f.searchFor(lock)}
	for _, namespace := range q.places() {
		if err := q.eachPod(ctx, namespace, ""); err != nil {
			return nil // it only explains
		}
	}
	return q.search.Akin()
}

// conclude says what a search has come to.
func conclude(search *identity.Search, lock election.Lock, podNamespace string, denied []error) resolution {
	matches := alive(search.Matches(), lock)
	if len(matches) == 1 {
		return found(matches[0], lock)
	}
	who := resolution{namespace: podNamespace, name: search.Meant(), denied: denied}
	nodes := search.Nodes()
	switch {
	case len(matches) == 0 && len(search.Excluded()) > 0:
		who.reason, who.candidates = NotSelected, search.Excluded()
	case len(matches) > 1:
		who.reason = Ambiguous
		for _, m := range matches {
			who.candidates = append(who.candidates, identity.CandidateOf(m.Pod, "by rule "+m.Rule))
		}
	case len(nodes) > 1:
		slices.Sort(nodes)
		who.reason, who.node, who.candidates = Ambiguous, strings.Join(nodes, ", "), search.OnNode()
	case len(nodes) > 0:
		who.reason, who.node, who.candidates = NodeOnly, nodes[0], search.OnNode()
	case identity.Random(lock.Record.Holder) && search.OfHost():
		who.reason = External
	case identity.Random(lock.Record.Holder):
		who.reason, who.candidates = HintsOnly, search.Hints()
	case lock.HolderUID != "" && len(denied) == 0, search.Siblings():
		who.reason = PodGone
	case len(denied) > 0:
		who.reason = PodNotSeen
	default:
		who.reason, who.generated, who.waiting = External, search.Generated(), search.Akin()
	}
	return who
}

// alive leaves those of several matches that can have written the record; all, where none can or there is but one. One
// that is about to go or does not run just now can.
func alive(matches []identity.Match, lock election.Lock) []identity.Match {
	if len(matches) < 2 {
		return matches
	}
	living := slices.DeleteFunc(slices.Clone(matches), func(m identity.Match) bool {
		switch (judgement{lock: lock, state: election.Held, who: found(m, lock)}).reason() {
		case OtherIncarnation, PodFinished:
			return true
		}
		return false
	})
	if len(living) == 0 {
		return matches
	}
	return living
}
