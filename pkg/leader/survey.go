package leader

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// Survey judges all locks of a namespace, or of all of them. It reads lists page by page, each once, and joins them: there
// is no request for a single lock or pod.
type Survey struct {
	Locks election.Lister
	Pods  PodSource
	Nodes NodesGetter
	Clock *election.ServerClock
	// Markers lets what is no election count, too.
	Markers bool
}

// Row is the verdict on one of many locks.
type Row struct {
	Status
	// Followers is how many more pods there are of what the leader is one of; -1 when that is not known.
	Followers int
}

// Findings are the rows by namespace and name, and what the survey had to do without.
type Findings struct {
	Rows []Row
	// Unlisted are the kinds of locks that may not be listed, sorted.
	Unlisted []string
	// Denied are refusals to read pods and nodes, without which some leaders cannot be found.
	Denied []error
}

// Run makes the survey. An error is one that leaves nothing to show: Leases that cannot be listed. What else is denied
// is in the findings.
func (s *Survey) Run(ctx context.Context) (Findings, error) {
	j := &join{Survey: s, byKey: map[string][]*entry{}, replicas: map[types.UID]int{}}
	if err := j.readLocks(ctx); err != nil {
		return Findings{}, err
	}
	j.index()
	for _, step := range []func(context.Context) error{j.readPods, j.readAllPods, j.readNodes} {
		if err := step(ctx); err != nil && !apierrors.IsForbidden(err) {
			return Findings{}, err
		} else if err != nil {
			j.denied = append(j.denied, err)
		}
	}
	if err := j.lookForNodes(ctx); err != nil {
		return Findings{}, err
	}
	slices.Sort(j.unlisted)
	return Findings{Rows: j.rows(), Unlisted: slices.Compact(j.unlisted), Denied: j.denied}, nil
}

// join is a survey in progress: locks on one side, pods that pass by on the other.
type join struct {
	*Survey
	entries  []*entry
	searches []*entry            // those that somebody is looked for
	byKey    map[string][]*entry // by the names of pods and nodes that would be news to them
	replicas map[types.UID]int   // pods by what they are replicas of, of the last list that was whole
	unlisted []string
	denied   []error
}

type entry struct {
	judgement
	search *identity.Search // nil where the lock alone says that nobody leads
	rivals []*entry         // of a lock that several hold
}

// readLocks reads the locks of all kinds at once, since most kinds have none. Leases have to be there. Where several kinds
// fail, the error is that of the first by their order: of Leases, which everybody knows, before all others.
func (j *join) readLocks(ctx context.Context) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sources := j.Locks.Sources()
	failed := make([]error, len(sources))
	for i, source := range sources {
		wg.Go(func() {
			err := source.List(ctx, func(lock election.Lock) {
				mu.Lock()
				defer mu.Unlock()
				if j.Markers || lock.Marker == "" {
					j.entries = append(j.entries, &entry{judgement: judgement{lock: lock, now: j.Clock.Now()}})
				}
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
			case apierrors.IsForbidden(err) && source.Kind != election.Lease:
				j.unlisted = append(j.unlisted, source.Kind.Resource.Resource)
			default:
				failed[i] = fmt.Errorf("%s locks: %w", source.Kind.Word, err)
				if source.Kind == election.Lease {
					stop() // no other can be told instead
				}
			}
		})
	}
	wg.Wait()
	return cmp.Or(failed...)
}

// index prepares the search for each holder.
func (j *join) index() {
	for _, e := range j.entries {
		e.state = e.lock.StateAt(e.now) // as it was read: a long list takes longer than some locks last
		switch {
		case e.held():
			j.searchFor(e)
		case e.state == election.Held:
			for _, rival := range e.lock.RivalLocks() {
				one := &entry{judgement: judgement{lock: rival, state: e.state, now: e.now}}
				e.rivals = append(e.rivals, one)
				j.searchFor(one)
			}
		}
	}
}

func (j *join) searchFor(e *entry) {
	e.search = identity.NewSearch(claimOf(e.lock, ""), nil)
	j.searches = append(j.searches, e)
	for _, key := range e.search.Keys() {
		j.byKey[key] = append(j.byKey[key], e)
	}
}

// readPods shows the pods of the survey's namespace to those whom they may concern.
func (j *join) readPods(ctx context.Context) error { return j.eachPod(ctx, j.Locks.Namespace) }

// readAllPods looks everywhere for those whose pod is not in their own namespace.
func (j *join) readAllPods(ctx context.Context) error {
	if j.Locks.Namespace == metav1.NamespaceAll || !slices.ContainsFunc(j.searches, (*entry).open) {
		return nil
	}
	return j.eachPod(ctx, metav1.NamespaceAll)
}

// readNodes asks under which other names nodes are known, and looks through the pods of those that were found so.
func (j *join) readNodes(ctx context.Context) error {
	var open []*entry
	for _, e := range j.searches {
		if e.open() && !(e.search.Generated() && e.search.Siblings()) && len(e.search.Nodes()) == 0 {
			open = append(open, e)
		}
	}
	if len(open) == 0 {
		return nil
	}
	err := election.EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
		page, err := j.Nodes.Nodes().List(ctx, opts)
		if err != nil {
			return "", err
		}
		for i := range page.Items {
			for _, e := range open {
				e.search.Node(&page.Items[i])
			}
		}
		return page.Continue, nil
	})
	if err != nil {
		return err
	}
	clear(j.byKey)
	for _, e := range open {
		for _, node := range e.search.Nodes() {
			j.byKey[identity.NodeKey(node)] = append(j.byKey[identity.NodeKey(node)], e)
		}
	}
	if len(j.byKey) == 0 {
		return nil
	}
	err = j.eachPod(ctx, metav1.NamespaceAll)
	if apierrors.IsForbidden(err) && j.Locks.Namespace != metav1.NamespaceAll {
		return j.eachPod(ctx, j.Locks.Namespace) // which is noted already
	}
	return err
}

// lookForNodes asks for the nodes of those whose locks tell nothing of their lives: there are few.
func (j *join) lookForNodes(ctx context.Context) error {
	lost := map[string]bool{}
	for _, e := range j.entries {
		if e.search == nil || !neverRenewed(e.lock) || len(e.search.Matches()) != 1 {
			continue
		}
		node := e.search.Matches()[0].Pod.Spec.NodeName
		if _, known := lost[node]; !known {
			var err error
			if lost[node], err = nodeLost(ctx, j.Nodes, node); err != nil {
				return err
			}
		}
		e.who.lost = lost[node]
	}
	return nil
}

// open reports that nobody has been found yet for a lock that somebody holds.
func (e *entry) open() bool {
	return len(e.search.Matches()) == 0 && !identity.Random(e.lock.Record.Holder)
}

func (j *join) eachPod(ctx context.Context, namespace string) error {
	if len(j.searches) == 0 {
		return nil
	}
	replicas := map[types.UID]int{}
	err := eachPod(ctx, j.Pods, namespace, func(pod *corev1.Pod) {
		if owner := metav1.GetControllerOfNoCopy(pod); owner != nil && runs(pod) {
			replicas[owner.UID]++
		}
		j.pod(pod)
	})
	if err == nil {
		j.replicas = replicas
	}
	return err
}

// pod shows a pod to those whom it may concern.
func (j *join) pod(pod *corev1.Pod) {
	trimmed := false
	for _, key := range identity.PodKeys(pod) {
		for _, e := range j.byKey[key] {
			if !trimmed {
				identity.Trim(pod)
				trimmed = true
			}
			e.search.Pod(pod)
		}
	}
}

func runs(pod *corev1.Pod) bool {
	return pod.DeletionTimestamp == nil && pod.Status.Phase == corev1.PodRunning
}

// rows judges what has been gathered.
func (j *join) rows() []Row {
	rows := make([]Row, 0, len(j.entries))
	for _, e := range j.searches {
		lost := e.who.lost
		e.who = conclude(e.search, e.lock, e.lock.Namespace, j.denied)
		e.who.lost = lost
	}
	for _, e := range j.entries {
		for _, rival := range e.rivals {
			e.who.candidates = append(e.who.candidates, rival.who.all()...)
		}
		row := Row{Status: e.status(), Followers: -1}
		if row.Led() {
			if owner := metav1.GetControllerOfNoCopy(row.Pod); owner != nil {
				row.Followers = max(0, j.replicas[owner.UID]-1)
			}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Lock.Namespace, b.Lock.Namespace), cmp.Compare(a.Lock.Arg(), b.Lock.Arg()))
	})
	return rows
}
