package cli

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// completeWithin is how long a shell is kept waiting for completions. What is known by then is offered.
const completeWithin = 3 * time.Second

// completeFlag completes the values of a flag.
func completeFlag(cmd *cobra.Command, flag string, with cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, with); err != nil {
		panic(err) // there is no such flag
	}
}

// oneOf completes one of a few words.
func oneOf(words ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return startingWith(toComplete, words), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// files completes names of files, and dirs of folders; ofTypes of files by their extensions.
func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func dirs(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func ofTypes(extensions ...string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// startingWith are the completions of what has been typed.
func startingWith(typed string, completions []cobra.Completion) []cobra.Completion {
	return slices.DeleteFunc(slices.Clone(completions), func(c cobra.Completion) bool { return !strings.HasPrefix(c, typed) })
}

// wordsKey finds the words of the command line that is completed in a command's context.
type wordsKey struct{}

// noteWords keeps the words that a shell wants to have completed: cobra drops the "--" among them.
func noteWords(cmd *cobra.Command, args []string) {
	if cmd.Name() == cobra.ShellCompRequestCmd {
		cmd.SetContext(context.WithValue(cmd.Context(), wordsKey{}, args))
	}
}

// afterDash reports that the word to complete belongs to a command after "--", which shells complete themselves.
func afterDash(cmd *cobra.Command) bool {
	words, _ := cmd.Context().Value(wordsKey{}).([]string)
	return len(words) > 0 && slices.Contains(words[:len(words)-1], "--")
}

// gathering is what comes in from several goroutines.
type gathering[T any] struct {
	mu  sync.Mutex
	all []T
}

func (g *gathering[T]) add(some ...T) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, some...)
}

func (g *gathering[T]) soFar() []T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.all)
}

// inTime lets a cluster be asked for completions, and takes what it has said when the time is up. It does not wait for who
// asks, as a plugin for credentials does not know of contexts. Errors are silent: they would be written into what the user
// types.
func inTime[T any](cmd *cobra.Command, flags *connectionFlags, ask func(context.Context, *cluster, *gathering[T])) []T {
	ctx, cancel := context.WithTimeout(cmd.Context(), completeWithin)
	defer cancel()
	var found gathering[T]
	done := make(chan struct{})
	go func() {
		defer close(done)
		if c, err := connect(flags); err == nil {
			ask(ctx, c, &found)
		}
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	return found.soFar()
}
