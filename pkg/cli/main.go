// Package cli is the command line: one file a command, from flags to options to one call of a domain package to output.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-logr/logr"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"
)

// Main runs the program and returns its exit code.
func Main() int {
	// A reader that has gone away (`| head`) shows up as a failed write, which ends a command in good order. The signal
	// is caught, not ignored: what is ignored stays so in a command after "--".
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	// Libraries log of what they try again; -v brings it back.
	klog.SetLogger(logr.Discard())
	ctx, stop := withSignals(context.Background())
	defer stop()
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	err := newRootCommand(commandName(os.Args[0]), streams).ExecuteContext(ctx)
	err = causeOf(ctx, err)
	printError(streams.ErrOut, err)
	return exitCode(err)
}

// printError prints an error as kubectl does. Signals and a child's own failure speak for themselves.
func printError(out io.Writer, err error) {
	var stop interrupted
	var child childEnded
	if err == nil || readerGone(err) || errors.As(err, &stop) || errors.As(err, &child) {
		return
	}
	notice(out)("error: " + explain(err))
}

// withSignals ends the context on Ctrl-C and SIGTERM. A second signal kills, in case something hangs.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			code := exitInterrupted
			if s == syscall.SIGTERM {
				code = exitTerminated
			}
			cancel(interrupted{code})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// commandName is how users call us: kubectl finds a plugin by its file's name, where a dash begins a new word and an
// underscore stands for a dash.
func commandName(argv0 string) string {
	name := strings.TrimSuffix(filepath.Base(argv0), ".exe")
	plugin, found := strings.CutPrefix(name, "kubectl-")
	if !found {
		return name
	}
	return "kubectl " + strings.ReplaceAll(strings.ReplaceAll(plugin, "-", " "), "_", "-")
}

// pluginFile is the file that kubectl runs for a command: the opposite of commandName.
func pluginFile(name string) string {
	command, found := strings.CutPrefix(name, "kubectl ")
	if !found {
		return name
	}
	return "kubectl-" + strings.ReplaceAll(strings.ReplaceAll(command, "-", "_"), " ", "-")
}

// completionFile is the file that kubectl asks for the completions of a command; "" if the name is none of a plugin.
// See k8s.io/kubectl/pkg/cmd/plugin, lookupCompletionExec.
func completionFile(name string) string {
	plugin, found := strings.CutPrefix(pluginFile(name), "kubectl-")
	if !found {
		return ""
	}
	return "kubectl_complete-" + plugin
}
