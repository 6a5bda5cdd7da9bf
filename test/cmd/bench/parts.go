package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

// part is what can be measured alone.
type part struct {
	name, short string
	flags       func(*options, *pflag.FlagSet)
	// run measures by itself, on a site that parts share. One of the two is given.
	run    func(*options, context.Context) ([]cost.Row, error)
	onSite func(*options, context.Context, *site.Site) ([]cost.Row, error)
}

// parts are in the order of the table.
func parts() []part {
	return []part{
		{name: "size", short: "Compare the sizes of the programs", run: (*options).size},
		{name: "holder", short: "Compare holder with kubectl get lease and with the floor", flags: (*options).addHolder, onSite: (*options).holder},
		{name: "forward", short: "Compare port-forward with get lease and kubectl port-forward", flags: (*options).addForward, onSite: (*options).forward},
		{name: "failover", short: "Measure what failovers cost connections and followed logs", flags: (*options).addFailover, onSite: (*options).failover},
		{name: "logs", short: "Compare how fast logs and kubectl logs print a long log", flags: (*options).addLogs, onSite: (*options).logs},
		{name: "reaction", short: "Compare how fast assert, kubectl wait and a loop of the shell react to what happens to a lock", flags: (*options).addRounds, run: (*options).reaction},
		{name: "list", short: "Compare list -A with kubectl get leases -A and with the floor on a large cluster", flags: (*options).addList, run: (*options).list},
	}
}

// command runs the part alone.
func (p part) command(o *options) *cobra.Command {
	command := &cobra.Command{
		Use: p.name, Short: p.short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.details = os.Stdout
			return o.all(cmd, []part{p})
		},
	}
	if p.flags != nil {
		p.flags(o, command.Flags())
	}
	o.addPrograms(command.Flags())
	return command
}

// all measures the parts, prints the table of their rows and writes them. A part that fails does not hold up the others.
func (o *options) all(cmd *cobra.Command, parts []part) error {
	if err := o.complete(); err != nil {
		return err
	}
	rows, err := o.measureParts(cmd.Context(), parts)
	if len(rows) > 0 {
		err = errors.Join(err, o.report(cmd, rows))
	}
	if missed := cost.Missed(rows); missed > 0 {
		err = errors.Join(err, fmt.Errorf("%d of %d rows miss their limits", missed, len(rows)))
	}
	return err
}

// measureParts has one site for all parts that follow on one another and need it.
func (o *options) measureParts(ctx context.Context, parts []part) (rows []cost.Row, err error) {
	for i := 0; i < len(parts); {
		if ctx.Err() != nil {
			return rows, errors.Join(err, context.Cause(ctx))
		}
		if p := parts[i]; p.onSite == nil {
			more, partErr := p.run(o, ctx)
			rows, err = append(rows, more...), errors.Join(err, named(p, partErr))
			i++
			continue
		}
		siteErr := o.withSite(ctx, func(s *site.Site) error {
			var errs []error
			for ; i < len(parts) && parts[i].onSite != nil; i++ {
				more, partErr := parts[i].onSite(o, ctx, s)
				rows, errs = append(rows, more...), append(errs, named(parts[i], partErr))
			}
			return errors.Join(errs...)
		})
		err = errors.Join(err, siteErr)
		for ; i < len(parts) && parts[i].onSite != nil; i++ { // there is no site for the rest either
		}
	}
	return rows, err
}

func named(p part, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", p.name, err)
}

// report prints the table and how to get it again, and writes the file.
func (o *options) report(cmd *cobra.Command, rows []cost.Row) error {
	if err := cost.Write(o.json, rows); err != nil {
		return err
	}
	fmt.Printf("kubectl leader against kubectl, in turns on the same cluster, %d cores; medians\n"+
		"ok: within the limit, and the goal is reached; short: within the limit, the goal is not reached\n\n", runtime.NumCPU())
	if err := cost.Table(os.Stdout, rows); err != nil {
		return err
	}
	_, err := fmt.Printf("\nmake bench%s\nwritten to %s\n", o.again(cmd), o.json)
	return err
}

// again is the command line that measures the same: the part, and the flags that were given.
func (o *options) again(cmd *cobra.Command) string {
	var words []string
	if cmd.HasParent() {
		words = append(words, cmd.Name())
	}
	cmd.Flags().Visit(func(f *pflag.Flag) { words = append(words, "--"+f.Name+"="+f.Value.String()) })
	if len(words) == 0 {
		return ""
	}
	return " ARGS='" + strings.Join(words, " ") + "'"
}
