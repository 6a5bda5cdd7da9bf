package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/check/report"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

const assertExample = `  # Somebody leads, and has done so for 10 seconds
  kubectl leader assert my-operator-leader --stable-for=10s

  # After a failover: somebody else leads than before
  kubectl leader assert my-operator-leader --changed-from="$OLD_LEADER" \
    --timeout=1m

  # The leader says that it is healthy
  kubectl leader assert my-operator-leader --port=8080 --path=/state \
    --jq=state --equals=healthy

  # Its metrics say that it leads
  kubectl leader assert my-operator-leader --port=metrics --path=/metrics \
    --metric=leader_election_master_status --equals=1

  # What it has logged since it leads
  kubectl leader assert my-operator-leader --logs --since-acquired \
    --regex='[Ss]uccessfully acquired lease'

  # All checks of a file, with a report for the CI
  kubectl leader assert -f checks.yaml -o junit > report.xml`

const dryRunClient = "client"

// assertOptions are the flags of assert.
type assertOptions struct {
	lockOptions
	checkFlags
	files    []string
	dryRun   string
	timeout  time.Duration
	patient  bool // the timeout is not given
	interval time.Duration
	output   string
	tls      check.EndpointTLS
	caFile   string
	palette  palette
	streams  genericiooptions.IOStreams

	checkpoints []check.Checkpoint
	unset       []string // variables that a dry run did not find
}

func newAssertCommand(name string, config *connectionFlags, streams genericiooptions.IOStreams) *cobra.Command {
	o := &assertOptions{lockOptions: lockOptions{config: config}, streams: streams}
	cmd := &cobra.Command{
		Use:                   "assert (LOCK [--held|--holder=...|--port=... --path=...|--logs] [--jq=...] [--equals=...] | -f FILE)",
		DisableFlagsInUseLine: true,
		Short:                 "Check the leader, and wait until it is as it should be",
		Long: `Check the leader, and wait until it is as it should be.

 Conditions are about the lock itself, about an HTTP endpoint of the leader, about its logs, or in a file. They are tried
 until they all hold in one and the same term, or --timeout has passed: what was said by a leader that is none any more
 by the time of the verdict does not count. A file can also run commands in the leader (exec), and delete it first.

 Exit codes: 0 all hold, 1 the time has passed before (also if nothing listens on a port), 2 it could not be found out
 (a mistake, access denied, no port of that name).`,
		Example: example(name, assertExample),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(cmd, args); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.lockOptions.addFlags(cmd)
	o.checkFlags.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringArrayVarP(&o.files, "filename", "f", nil, "File with checks, a directory of such files (.yaml, .yml, .json), or - for stdin. Can be given several times.")
	// There is no "server" of kubectl's: nothing that is asserted is sent to it.
	addChoice(cmd, flags, &o.dryRun, "dry-run", `Must be "none" or "client". With "client", which it is where nothing follows, only tell what would be asserted, and whether it can be; no cluster is asked.`, "none", dryRunClient).NoOptDefVal = dryRunClient
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "How long the checks may take until they hold, unless a file says so itself; 0 tries once. If it is not given, at least twice the duration of the Lease plus 15s.")
	flags.DurationVar(&o.interval, "interval", time.Second, "How long to wait until an endpoint is asked or a command is run again.")
	flags.BoolVar(&o.tls.SkipVerify, "insecure-skip-tls-verify-endpoint", false, "With --scheme=https, do not check the endpoint's certificate.")
	flags.StringVar(&o.caFile, "endpoint-ca", "", "File with the certificate authorities of the endpoint, for --scheme=https.")
	flags.StringVar(&o.tls.ServerName, "endpoint-server-name", "", "Name in the endpoint's certificate, for --scheme=https: what is asked for by SNI and as Host, and verified. Default: localhost.")
	flags.StringVarP(&o.output, "output", "o", "", "Output format. One of: ("+strings.Join(reportFormats(), ", ")+"). Default: a line a check.")
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(o.files) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return o.completeLock(cmd, args, toComplete)
	}
	o.completeFlags(cmd)
	return cmd
}

// completeFlags completes the values of which there are only some.
func (o *assertOptions) completeFlags(cmd *cobra.Command) {
	for _, flag := range []string{"holder", "holder-not", "changed-from"} {
		completeFlag(cmd, flag, o.completeHolder)
	}
	completeFlag(cmd, "term-after", o.completeTerm)
	completeFlag(cmd, "container", o.completeContainer)
	completeFlag(cmd, "port", o.completePort)
	completeFlag(cmd, "scheme", oneOf("http", "https"))
	completeFlag(cmd, "method", oneOf(http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions))
	completeFlag(cmd, "status", oneOf("1xx", "2xx", "3xx", "4xx", "5xx"))
	completeFlag(cmd, "endpoint-ca", files)
	completeFlag(cmd, "filename", ofTypes("yaml", "yml", "json"))
	completeFlag(cmd, "output", oneOf(reportFormats()...))
}

func (o *assertOptions) complete(cmd *cobra.Command, args []string) error {
	o.palette, o.patient = newPalette(cmd, o.streams.Out), !cmd.Flags().Changed("timeout")
	if o.lease != "" && len(args) > 0 {
		return twice(cmd, args[0])
	}
	switch {
	case o.dryRun == dryRunClient && o.output != "":
		return usageError(cmd, "--dry-run and --output exclude each other: without a run there is no report")
	case o.timeout < 0:
		return usageError(cmd, "--timeout must not be negative")
	case o.interval <= 0:
		return usageError(cmd, "--interval must be positive")
	case o.output != "" && !slices.Contains(reportFormats(), o.output):
		return usageError(cmd, "unable to match a printer suitable for the output format %q, allowed formats are: %s", o.output, strings.Join(reportFormats(), ", "))
	case o.tls.SkipVerify && o.caFile != "":
		return usageError(cmd, "--insecure-skip-tls-verify-endpoint and --endpoint-ca exclude each other")
	}
	if problem := o.tls.Problem(); problem != "" {
		return usageError(cmd, "--endpoint-server-name %s", problem)
	}
	if o.caFile != "" {
		pem, err := os.ReadFile(o.caFile)
		if err != nil {
			return usageError(cmd, "--endpoint-ca: %v", err)
		}
		if o.tls.CA = x509.NewCertPool(); !o.tls.CA.AppendCertsFromPEM(pem) {
			return usageError(cmd, "--endpoint-ca: %s has no certificate in PEM", o.caFile)
		}
	}
	if len(o.files) > 0 {
		return o.readFiles(cmd, args)
	}
	switch stable := o.conditions.StableFor; {
	case stable > 0 && stable >= o.timeout:
		return usageError(cmd, "--stable-for=%s cannot be seen within --timeout=%s", stable, o.timeout)
	case o.http.Scheme != "https" && (o.caFile != "" || o.tls.SkipVerify || o.tls.ServerName != ""):
		return usageError(cmd, "--endpoint-ca, --endpoint-server-name and --insecure-skip-tls-verify-endpoint are for --scheme=https")
	}
	rest, err := o.takeLock(cmd, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError(cmd, "assert takes one LOCK, got also %q", rest)
	}
	checks, err := o.checks(cmd, o.ref, o.env())
	if err != nil {
		return usageError(cmd, "%v", err)
	}
	o.checkpoints = []check.Checkpoint{{Checks: checks}}
	return nil
}

// readFiles reads the checks, and refuses flags that a file has fields for.
func (o *assertOptions) readFiles(cmd *cobra.Command, args []string) error {
	if o.leaseNamespace != "" {
		return usageError(cmd, "--lease-namespace and -f exclude each other: the files say where the locks are")
	}
	if len(args) > 0 || o.lease != "" {
		return usageError(cmd, "-f and a LOCK exclude each other: the files say which locks they are about")
	}
	if flag := o.given(cmd); flag != "" {
		return usageError(cmd, "--%s and -f exclude each other: the files say what is asserted", flag)
	}
	files, err := checkFiles(o.files)
	if err != nil {
		return err
	}
	if slices.Contains(files, "-") {
		o.config.stdinUse = "used by -f -"
	}
	env := o.env()
	var errs []error
	for _, name := range files {
		checkpoints, err := readChecks(cmd.Context(), name, o.streams, env)
		o.checkpoints, errs = append(o.checkpoints, checkpoints...), append(errs, err)
	}
	for _, checkpoint := range o.checkpoints {
		for _, spec := range checkpoint.Checks {
			if checkpoint.Timeout == nil && spec.Unseeable(o.timeout) {
				errs = append(errs, fmt.Errorf("%s: stableFor %s cannot be seen within --timeout=%s", spec.Source, spec.Conditions.StableFor, o.timeout))
			}
		}
	}
	return errors.Join(errs...)
}

// env answers for variables. Secrets are for a run: a dry run notes which of them it did not find.
func (o *assertOptions) env() func(name string) (string, bool) {
	if o.dryRun != dryRunClient {
		return os.LookupEnv
	}
	return func(name string) (string, bool) {
		value, set := os.LookupEnv(name)
		if !set && !slices.Contains(o.unset, name) {
			o.unset = append(o.unset, name)
		}
		return value, true
	}
}

func (o *assertOptions) run(ctx context.Context) error {
	if o.dryRun == dryRunClient {
		if len(o.unset) > 0 {
			notice(o.streams.ErrOut)("a run needs variables that the environment does not have: " + strings.Join(o.unset, ", "))
		}
		return report.WritePlan(o.streams.Out, o.checkpoints)
	}
	c, err := connect(o.config)
	if err != nil {
		return err
	}
	for _, checkpoint := range o.checkpoints {
		for i, spec := range checkpoint.Checks {
			if len(o.files) == 0 && o.leaseNamespace != "" {
				spec.Lock.Namespace = o.leaseNamespace
			}
			checkpoint.Checks[i] = spec.InNamespace(c.namespace)
			if err := checkNamespace(checkpoint.Checks[i].Namespace); err != nil {
				return err
			}
		}
	}
	screen := newScreen(o.streams)
	finder := leader.Finder{
		Selector: o.labels, AllowExpired: o.allowExpired, AnswerWithin: c.config.Timeout,
		Locks: c.locks, Pods: c.kube, Nodes: c.kube, Clock: c.locks.Clock,
	}
	if c.config.Timeout == 0 {
		finder.AnswerWithin = answerWithin
		boundBy(&finder, o.timeout)
	}
	runner := &check.Runner{
		Leader:  &evidence{cluster: c, finder: finder, dial: c.dialer(), execProtocol: execProtocol(), tell: screen.notice},
		Timeout: o.timeout, Patient: o.patient, Interval: o.interval, TLS: o.tls, Notice: screen.notice,
	}
	result, err := o.show(ctx, runner, screen)
	switch {
	case err != nil && !readerGone(err): // the verdict stands, whether it is read or not
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return verdict(result, o.output == "")
}
