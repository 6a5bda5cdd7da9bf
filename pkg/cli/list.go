package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

const listExample = `  # List the elections of the namespace, with their leaders
  kubectl leader list

  # Of all namespaces, with the identity and the number of followers
  kubectl leader list -A -o wide

  # And of each one that changes
  kubectl leader list -A --watch

  # The locks without a leader, for a script
  kubectl leader list -A \
    -o jsonpath='{range .items[?(@.reason)]}{.lock.name}: {.reason}{"\n"}{end}'`

// listOptions are the flags of list.
type listOptions struct {
	config        *connectionFlags
	allNamespaces bool
	selector      string
	all           bool
	watch         bool
	noHeaders     bool
	palette       palette
	printFlags
	streams genericiooptions.IOStreams
}

func newListCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams) *cobra.Command {
	o := &listOptions{config: config, streams: streams}
	cmd := &cobra.Command{
		Use:                   "list [-A] [-l SELECTOR] [-o name|wide|json|yaml|...]",
		DisableFlagsInUseLine: true,
		Aliases:               []string{"ls"},
		Short:                 "List the elections and their leaders",
		Long: `List the elections of a namespace, or of all, with the state of each and the pod that leads.

 Leases are read, and what else records a leader: annotations of ConfigMaps and Endpoints, ConfigMaps that belong to their
 holder's pod, Patroni, Spring, Camel, kopf and kured. Heartbeats of nodes and clusters, identities of API servers and other
 markers are no elections; --all shows them, too.`,
		Example: example(name, listExample),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "If present, list the elections across all namespaces. Namespace in current context is ignored even if specified with --namespace.")
	flags.StringVarP(&o.selector, "selector", "l", "", "Selector (label query) to filter the locks on, supports '=', '==', '!=', 'in', 'notin'.")
	flags.BoolVar(&o.all, "all", false, "Also list what is no election: heartbeats, identities and markers.")
	flags.BoolVarP(&o.watch, "watch", "w", false, "After listing the elections, watch for changes of state or leader.")
	flags.BoolVar(&o.noHeaders, "no-headers", false, "When using the default or custom-column output format, don't print headers (default print headers).")
	o.printFlags.addTo(cmd)
	flags.Lookup("no-headers").Usage = "Don't print the header of the table."
	return cmd
}

func (o *listOptions) complete(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError(cmd, "list takes no arguments, got %q: `holder` is for one lock", args)
	}
	o.lowerNames()
	if _, err := labels.Parse(o.selector); err != nil {
		return usageError(cmd, "--selector: %v", err)
	}
	if _, err := o.printer(); err != nil {
		return usageError(cmd, "%v", err)
	}
	o.palette = newPalette(cmd, o.streams.Out)
	return nil
}

func (o *listOptions) run(ctx context.Context) error {
	cluster, err := connect(o.config)
	if err != nil {
		return err
	}
	namespace := cluster.namespace
	if o.allNamespaces {
		namespace = metav1.NamespaceAll
	}
	survey := &leader.Survey{
		Locks: election.Lister{Client: cluster.locks, Namespace: namespace, Selector: o.selector},
		Pods:  cluster.kube, Nodes: cluster.kube, Clock: cluster.locks.Clock, Markers: o.all,
	}
	screen := newScreen(o.streams)
	done := screen.asking()
	collectAt(listGC)
	findings, err := survey.Run(ctx)
	done()
	if err != nil {
		return err
	}
	tell := screen.notice
	tellLacking(findings, tell)
	printer, err := o.printer()
	if err != nil {
		return err
	}
	if len(findings.Rows) == 0 && !o.watch && (o.output == "" || o.output == "wide") {
		hint := "; -A shows those of all namespaces"
		if o.allNamespaces {
			hint = ""
		}
		tell("No elections found " + whereOf(namespace, o.selector) + hint + ".")
		return nil
	}
	if err := printer.list(o.streams.Out, findings.Rows); err != nil || !o.watch {
		return err
	}
	return survey.Watch(ctx, findings.Rows, tell, func(row leader.Row) error {
		return printer.change(o.streams.Out, row)
	})
}

// listGC spares a third of the memory of a list of thousands, for a tenth more of its time (see docs/performance.md).
const listGC = 50

// whereOf names the locks that were looked for; namespace is "" for all.
func whereOf(namespace, selector string) string {
	where := "in all namespaces"
	if namespace != metav1.NamespaceAll {
		where = "in " + namespace + " namespace"
	}
	if selector != "" {
		where = "with -l " + printable(selector) + " " + where
	}
	return where
}

// tellLacking tells what a survey had to do without.
func tellLacking(findings leader.Findings, tell func(string)) {
	if len(findings.Unlisted) > 0 {
		tell("no access to list " + strings.Join(findings.Unlisted, ", ") + ": locks of these kinds are not shown")
	}
	if text := grants(findings.Denied); text != "" {
		tell("some leaders may not be found." + text)
	}
}

// rowPrinter prints the list, and then one row after another of those that change.
type rowPrinter interface {
	list(out io.Writer, rows []leader.Row) error
	change(out io.Writer, row leader.Row) error
}

func (o *listOptions) printer() (rowPrinter, error) {
	switch {
	case o.plain(), o.output == "wide":
		return &rowTable{namespaces: o.allNamespaces, wide: o.output == "wide", headers: !o.noHeaders, watch: o.watch, palette: o.palette}, nil
	case o.output == "name":
		return rowNames{}, nil
	}
	printer, err := o.printFlags.printer()
	if err != nil {
		return nil, err
	}
	return rowObjects{printer, o.watch}, nil
}
