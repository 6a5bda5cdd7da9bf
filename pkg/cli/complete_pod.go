package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/tunnel"
)

// verdict judges the LOCK of a command line that is still being typed, false where there is none or the cluster does not tell
// in time.
func (o *lockOptions) verdict(cmd *cobra.Command, args []string) (leader.Status, bool) {
	if _, err := o.takeLock(cmd, args); err != nil {
		return leader.Status{}, false
	}
	found := inTime(cmd, o.config, func(ctx context.Context, c *cluster, found *gathering[leader.Status]) {
		if o.aim(c) != nil {
			return
		}
		if status, err := c.finder.Find(ctx); err == nil {
			found.add(status)
		}
	})
	if len(found) == 0 {
		return leader.Status{}, false
	}
	return found[0], true
}

// pod is the pod of the lock's holder, also where it may not be called the leader just now; nil where it is not known.
func (o *lockOptions) pod(cmd *cobra.Command, args []string) *corev1.Pod {
	status, _ := o.verdict(cmd, args)
	return status.Found
}

// completeContainer completes a container of the leader.
func (o *lockOptions) completeContainer(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	pod := o.pod(cmd, args)
	if pod == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return startingWith(toComplete, containerOffers(pod)), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// containerOffers are a pod's containers, its own first.
func containerOffers(pod *corev1.Pod) []cobra.Completion {
	var offers []cobra.Completion
	for _, c := range pod.Spec.Containers {
		offers = append(offers, cobra.CompletionWithDesc(c.Name, "container of pod "+pod.Name))
	}
	for _, c := range pod.Spec.InitContainers {
		offers = append(offers, cobra.CompletionWithDesc(c.Name, "init container of pod "+pod.Name))
	}
	for _, c := range pod.Spec.EphemeralContainers {
		offers = append(offers, cobra.CompletionWithDesc(c.Name, "ephemeral container of pod "+pod.Name))
	}
	return offers
}

// completeLockAndContainer completes LOCK, and after it the container.
func (o *lockOptions) completeLockAndContainer(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch {
	case len(args) == 0 && o.lease == "":
		return o.completeLock(cmd, args, toComplete)
	case len(args) == 1 && o.lease == "" && !cmd.Flags().Changed("container"):
		return o.completeContainer(cmd, args, toComplete)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// completePort completes a port of the leader.
func (o *lockOptions) completePort(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return o.ports(cmd, args, toComplete, "")
}

// completeLockAndPorts completes LOCK, and after it ports to forward. What comes after "--" is a command.
func (o *lockOptions) completeLockAndPorts(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if afterDash(cmd) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	if len(args) == 0 && o.lease == "" {
		return o.completeLock(cmd, args, toComplete)
	}
	local := ""
	if before, _, both := strings.Cut(toComplete, ":"); both {
		local = before + ":"
	}
	return o.ports(cmd, args, toComplete, local)
}

func (o *lockOptions) ports(cmd *cobra.Command, args []string, toComplete, before string) ([]cobra.Completion, cobra.ShellCompDirective) {
	pod := o.pod(cmd, args)
	if pod == nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	offers := portOffers(pod, before, args)
	return startingWith(toComplete, offers), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// portOffers are a pod's ports, each by its name and by its number, but for those that are forwarded already. before is what
// comes before each: a local port and a colon, or nothing.
func portOffers(pod *corev1.Pod, before string, given []string) []cobra.Completion {
	var names, numbers []cobra.Completion
	for _, p := range tunnel.Ports(pod) {
		number := strconv.Itoa(int(p.Number))
		taken := func(spec string) bool {
			port, err := tunnel.ParsePort(spec)
			return err == nil && (port.Remote == number || port.Remote == p.Name)
		}
		if slices.ContainsFunc(given, taken) {
			continue
		}
		if p.Name != "" {
			names = append(names, cobra.CompletionWithDesc(before+p.Name, fmt.Sprintf("port %s of container %s", number, p.Container)))
		}
		numbers = append(numbers, cobra.CompletionWithDesc(before+number, fmt.Sprintf("%s of container %s", cmp.Or(p.Name, "port"), p.Container)))
	}
	return append(names, numbers...)
}

// completeHolder completes who leads: the pod, and the identity.
func (o *lockOptions) completeHolder(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	status, found := o.verdict(cmd, args)
	if !found {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var offers []cobra.Completion
	if status.Found != nil {
		offers = append(offers, cobra.CompletionWithDesc(status.Found.Name, "pod"))
	}
	// An identity with anything else in it would have to be quoted, by the rules of each shell.
	if holder := status.Lock.Record.Holder; holder != "" && (status.Found == nil || holder != status.Found.Name) && harmlessInShells(holder) {
		offers = append(offers, cobra.CompletionWithDesc(holder, "identity"))
	}
	return startingWith(toComplete, offers), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// completeTerm completes the present term.
func (o *lockOptions) completeTerm(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
	status, _ := o.verdict(cmd, args)
	if status.Lock.Term() == "" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	offer := cobra.CompletionWithDesc(status.Lock.Term(), "the term of "+printable(status.Lock.Record.Holder))
	return startingWith(toComplete, []cobra.Completion{offer}), cobra.ShellCompDirectiveNoFileComp
}

func harmlessInShells(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:@", r))
	})
}
