package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// lockOffer is a lock as a completion.
type lockOffer struct {
	text, note string
	marker     bool // it elects nobody
}

// completeLock completes LOCK as the only argument.
func (o *lockOptions) completeLock(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 || o.lease != "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return o.locks(cmd, toComplete, nil)
}

// completeLease completes the value of --lease.
func (o *lockOptions) completeLease(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return o.locks(cmd, toComplete, nil)
}

// locks completes a lock with those that list shows, but for those that are given already: elections first, and what elects
// nobody after them. The holder is the description.
func (o *lockOptions) locks(cmd *cobra.Command, toComplete string, given []string) ([]cobra.Completion, cobra.ShellCompDirective) {
	found := inTime(cmd, o.config, func(ctx context.Context, c *cluster, found *gathering[lockOffer]) {
		var wg sync.WaitGroup
		for _, source := range lockSources(election.Lister{Client: c.locks, Namespace: cmp.Or(o.leaseNamespace, c.namespace)}, toComplete) {
			wg.Go(func() {
				source.List(ctx, func(lock election.Lock) { // what may not be listed is not offered
					if text := lockText(lock, toComplete); strings.HasPrefix(text, toComplete) && !slices.Contains(given, text) {
						found.add(lockOffer{text, lockNote(lock, lock.StateAt(c.locks.Clock.Now())), lock.Marker != ""})
					}
				})
			})
		}
		wg.Wait()
	})
	slices.SortFunc(found, func(a, b lockOffer) int {
		if a.marker != b.marker {
			if a.marker {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.text, b.text)
	})
	completions := make([]cobra.Completion, len(found))
	for i, offer := range found {
		completions[i] = cobra.CompletionWithDesc(offer.text, offer.note)
	}
	return completions, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// lockSources are the lists that can have a lock whose name begins as typed: without a slash a Lease's name, or the word of
// another kind that comes before it.
func lockSources(lister election.Lister, typed string) []election.Source {
	word, _, slash := strings.Cut(typed, "/")
	if slash {
		ref, err := election.ParseRef(word + "/x")
		if err != nil {
			return nil
		}
		if ref.Kind.Cluster {
			lister.Namespace = ""
		}
		return slices.DeleteFunc(lister.Sources(), func(s election.Source) bool { return s.Kind != ref.Kind })
	}
	return slices.DeleteFunc(lister.Sources(), func(s election.Source) bool {
		return s.Kind != election.Lease && !strings.HasPrefix(s.Kind.Word, typed)
	})
}

// lockText is how a command line names a lock, by the word for its kind that is already there.
func lockText(lock election.Lock, typed string) string {
	word, _, slash := strings.Cut(typed, "/")
	if !slash {
		return lock.Arg()
	}
	return word + "/" + strings.TrimPrefix(lock.Arg(), lock.Kind.Word+"/")
}

// lockNote tells who holds a lock.
func lockNote(lock election.Lock, state election.State) string {
	switch state {
	case election.Held:
		return printable(lock.Record.Holder)
	case election.Expired:
		return "expired, last held by " + printable(lock.Record.Holder)
	case election.NotElection:
		return "not an election but " + printable(lock.Marker)
	}
	return lowerWords(string(state))
}
