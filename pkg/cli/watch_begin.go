package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
)

// finder makes the finder of a lock. Of those that are looked for, each has its pods where it is itself.
func (w *watching) finder(ref election.Ref) *leader.Finder {
	finder := w.cluster.finderOf(ref, ref.Namespace)
	if w.refs != nil {
		finder.PodNamespace, finder.Selector = w.cluster.namespace, w.labels
	}
	// The live line tells how old the last renewal is.
	finder.Renewals = w.renewals || w.screen.isLive()
	boundBy(finder, w.timeout)
	return finder
}

// begin finds out what there is, and begins to follow it.
func (w *watching) begin(ctx context.Context) error {
	if w.refs == nil {
		return w.beginAll(ctx)
	}
	namespace := cmp.Or(w.leaseNamespace, w.cluster.namespace)
	if err := checkNamespace(namespace); err != nil {
		return err
	}
	found := make([]leader.Status, len(w.refs))
	failed := make([]error, len(w.refs))
	var wg sync.WaitGroup
	for i, ref := range w.refs {
		ref.Namespace = namespace
		wg.Go(func() { found[i], failed[i] = w.finder(ref).Find(ctx) })
	}
	wg.Wait()
	if err := cmp.Or(failed...); err != nil {
		return err
	}
	w.tellMissing(found)
	for _, status := range found {
		if err := w.follow(ctx, status); err != nil {
			return err
		}
	}
	return nil
}

// tellMissing tells of locks that are not there: they may come, or their names are wrong.
func (w *watching) tellMissing(found []leader.Status) {
	var lines []string
	for _, status := range found {
		if status.State == election.Missing {
			lines = append(lines, status.Message()+"; waiting for it")
		}
	}
	if len(lines) > 0 {
		w.screen.notice(strings.Join(append(lines, whichHint), "\n"))
	}
}

// beginAll surveys the elections, and follows them and those that will be there later.
func (w *watching) beginAll(ctx context.Context) error {
	namespace := w.cluster.namespace
	if w.allNamespaces {
		namespace = metav1.NamespaceAll
	}
	where := whereOf(namespace, w.lockSelector)
	survey := &leader.Survey{
		Locks: election.Lister{Client: w.cluster.locks, Namespace: namespace, Selector: w.lockSelector},
		Pods:  w.cluster.kube, Nodes: w.cluster.kube, Clock: w.cluster.locks.Clock,
	}
	ask := ctx
	if w.cluster.config.Timeout == 0 {
		var cancel context.CancelFunc
		ask, cancel = login.WithTimeout(ctx, answerWithin)
		defer cancel()
	}
	findings, err := survey.Run(ask)
	if err != nil {
		return err
	}
	tellLacking(findings, w.screen.notice)
	if len(findings.Rows) > mostWatched {
		return fmt.Errorf("%d elections %s are too many: no more than %d are watched at once, as each takes two watches; choose with -n, -l, or by their names",
			len(findings.Rows), where, mostWatched)
	}
	if len(findings.Rows) == 0 {
		w.screen.notice("No elections found " + where + "; waiting for one.")
	}
	for _, row := range findings.Rows {
		if err := w.follow(ctx, row.Status); err != nil {
			return err
		}
	}
	w.group.Discover(ctx, survey, findings.Rows)
	return nil
}

func (w *watching) follow(ctx context.Context, status leader.Status) error {
	first, err := w.group.Follow(ctx, status)
	if err != nil {
		return fmt.Errorf("%s: %w", status.Lock.Ref, err)
	}
	w.firsts = append(w.firsts, first)
	w.history(first.Lock.Ref).See(first)
	return nil
}
