package leader

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// Finder finds the leader of one lock.
type Finder struct {
	Lock election.Ref
	// PodNamespace is where the leader's pod is looked for first; then in the lock's namespace, then everywhere.
	PodNamespace string
	// Selector says which pods can lead; nil for all. It decides where the identity alone does not.
	Selector labels.Selector
	// AllowExpired lets the last holder of an expired lock count as the leader.
	AllowExpired bool
	// Renewals lets a Stream publish a verdict for every renewal of the lock, too.
	Renewals bool
	// Terse leaves out what only explains why nobody leads.
	Terse bool
	// AnswerWithin bounds one Find, 0 for no bound.
	AnswerWithin time.Duration

	Locks election.Client
	Pods  PodsGetter
	// Nodes tell by which names a node is known.
	Nodes NodesGetter
	Clock *election.ServerClock
}

// PodsGetter reads the pods of a namespace, of all with the empty one.
type PodsGetter interface {
	Pods(namespace string) kube.Pods
}

// NodesGetter reads nodes.
type NodesGetter interface {
	Nodes() kube.Nodes
}

// Find judges the lock now: in two requests, the lock and the pod that its holder names, where the name is that plain,
// and in a search where it is not. A lock without a leader is a verdict (Status.Err), not an error of Find.
func (f *Finder) Find(ctx context.Context) (Status, error) { return f.find(ctx, election.Lock.StateAt) }

// find judges the lock now, by a way to tell its state at a moment of the API server's clock.
func (f *Finder) find(ctx context.Context, stateAt func(election.Lock, time.Time) election.State) (Status, error) {
	if f.AnswerWithin > 0 {
		var cancel context.CancelFunc
		ctx, cancel = login.WithTimeout(ctx, f.AnswerWithin)
		defer cancel()
	}
	lock, err := f.Locks.Read(ctx, f.Lock)
	if err != nil {
		return Status{}, err
	}
	now := f.Clock.Now()
	j := judgement{lock: lock, state: stateAt(lock, now), now: now, allowExpired: f.AllowExpired}
	// Where the lock alone says no, the pod is not asked for.
	switch {
	case j.held():
		j.who, err = f.resolve(ctx, lock)
	case j.state == election.Held && len(lock.Rivals) > 0:
		j.who.candidates, err = f.rivals(ctx, lock)
	case j.vacant() && !f.Terse:
		j.who.waiting = f.waiting(ctx, lock)
	}
	if err != nil {
		return Status{}, err
	}
	return j.status(), nil
}

// rivals finds the pods of all who hold a lock.
func (f *Finder) rivals(ctx context.Context, lock election.Lock) (candidates []identity.Candidate, err error) {
	for _, rival := range lock.RivalLocks() {
		who, err := f.search(ctx, rival)
		if err != nil {
			return nil, err
		}
		candidates = append(candidates, who.all()...)
	}
	return candidates, nil
}

// all are the pod that was found, or those that may be meant.
func (who resolution) all() []identity.Candidate {
	if who.pod != nil {
		return []identity.Candidate{identity.CandidateOf(who.pod, "by rule "+who.rule)}
	}
	return who.candidates
}

// resolve finds the pod that holds a lock.
func (f *Finder) resolve(ctx context.Context, lock election.Lock) (resolution, error) {
	who, err := f.lookUp(ctx, lock)
	switch {
	case apierrors.IsForbidden(err):
		return f.search(ctx, lock, err)
	case err != nil || who.pod != nil:
		return who, err
	}
	return f.search(ctx, lock)
}

// lookUp tries the plain case: a pod of the name that the holder contains, where pods are looked for first. It takes one
// request. The resolution's pod is nil when there is no such pod there, which leaves the others.
func (f *Finder) lookUp(ctx context.Context, lock election.Lock) (resolution, error) {
	namespace := f.PodNamespace
	if lock.HolderUID != "" {
		namespace = lock.Namespace // an owner is in the namespace of what it owns
	}
	who := resolution{namespace: namespace}
	search := f.searchFor(lock)
	if who.name = search.Plain(); who.name == "" {
		return who, nil
	}
	pod, err := f.Pods.Pods(namespace).Get(ctx, who.name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return who, nil
	case err != nil:
		return who, fmt.Errorf("pod %s/%s, which holds %s: %w", namespace, who.name, f.Lock, err)
	}
	search.Pod(pod)
	if matches := search.Matches(); len(matches) == 1 && matches[0].Rule != selectorRule {
		return f.onNode(ctx, lock, found(matches[0], lock))
	}
	return who, nil
}

// searchFor begins a search for the holder of a lock.
func (f *Finder) searchFor(lock election.Lock) *identity.Search {
	return identity.NewSearch(claimOf(lock, f.PodNamespace), f.Selector)
}

func claimOf(lock election.Lock, podNamespace string) identity.Claim {
	return identity.Claim{
		Holder: lock.Record.Holder, LockNamespace: lock.Namespace, LockName: lock.Name, PodNamespace: podNamespace,
		Address: lock.Address, Owned: lock.HolderUID != "", LockLabels: lock.Labels, Owners: lock.Owners, Managers: lock.Managers, Acquired: lock.Acquired(),
	}
}

// resolution is who holds a lock, as far as that could be found out.
type resolution struct {
	pod *corev1.Pod
	// namespace and name are of the pod, or where one of that name was looked for first; the name is "" where the holder
	// contains none.
	namespace, name string
	rule            string
	perProcess      bool
	// reason says why no pod was found; "" as long as only the pod of that name is missing.
	reason Reason
	// generated reports that the holder contains what only a workload's pod is called, though none
	// of its workload is here.
	generated  bool
	node       string
	lost       bool // the pod's node is
	candidates []identity.Candidate
	waiting    []identity.Candidate // look like they stand in the election, and do not hold the lock
	// denied is what could not be asked, so that the answer may be incomplete.
	denied []error
}

// found is the resolution by a match. An owner reference knows its pod by more than the name.
func found(m identity.Match, lock election.Lock) resolution {
	who := resolution{pod: m.Pod, namespace: m.Pod.Namespace, name: m.Pod.Name, rule: m.Rule, perProcess: m.PerProcess}
	if lock.HolderUID != "" && m.Pod.UID != lock.HolderUID {
		who.reason = OtherIncarnation
	}
	return who
}

// selectorRule is the rule of a pod that the selector alone has found.
const selectorRule = "selector"
