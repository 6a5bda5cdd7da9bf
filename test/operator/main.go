// Command demo-operator is a small, highly available operator to follow the
// leader of: replicas elect one by a Lease, the leader counts in a ConfigMap.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/klog/v2/textlogger"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	if isInit() {
		os.Exit(runAsChild())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	ctrl.SetLogger(textlogger.NewLogger(textlogger.NewConfig())) // stderr

	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo-operator:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	o := defaultOptions(os.Getenv)
	command := &cobra.Command{
		Use:           "demo-operator",
		Short:         "A highly available operator that counts in a ConfigMap",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
				return err
			}
			return run(cmd.Context(), *o)
		},
	}
	o.addFlags(command.Flags())
	command.AddCommand(newWakeCommand())
	return command
}

// run serves and takes part in the election until ctx ends, the term is
// released by request, or the lease is lost (an error then).
func run(ctx context.Context, o options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	op := &operator{
		options: o,
		journal: newJournal(os.Stdout),
		run:     newRunID(),
		stop:    cancel,
	}
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	lock, err := o.newLock(config)
	if err != nil {
		return err
	}
	op.identity = lock.Identity()
	if err := op.writeToken(false); err != nil { // of a process before, that has crashed
		return err
	}
	listener, err := op.listen()
	if err != nil {
		return err
	}
	defer listener.Close()
	go op.serve(listener)

	err = op.lead(ctx, config, lock)
	if err != nil {
		op.journal.printf("leader lock lost pod=%s run=%s: %v", o.pod, op.run, err)
		return err
	}
	op.journal.printf("shutting down pod=%s run=%s", o.pod, op.run)
	return nil
}
