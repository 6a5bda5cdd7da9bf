package cli

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// checkFlags are what a command line asserts: the fields of a check file as flags.
type checkFlags struct {
	held        bool
	conditions  check.Conditions
	transitions string

	http    check.HTTP
	headers []string
	status  []string

	logs      bool
	log       check.Logs
	sinceTime string
	tail      int64

	jq, yq, metric string
	operators      map[check.Operator]*[]string
	exists         bool
	notExists      bool
}

func (o *checkFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&o.held, "held", false, "The lock is held, and the leader lives. Asserted if nothing else is.")
	flags.BoolVar(&o.conditions.Released, "released", false, "Nobody holds the lock.")
	flags.BoolVar(&o.conditions.Missing, "missing", false, "There is no such lock.")
	flags.StringVar(&o.conditions.Holder, "holder", "", "Who leads: an identity or a pod's name.")
	flags.StringVar(&o.conditions.HolderNot, "holder-not", "", "Who does not lead: an identity or a pod's name.")
	flags.StringVar(&o.conditions.ChangedFrom, "changed-from", "", "Who led before: an identity, a pod's name or UID, or a term as --term-after takes it. Somebody else leads now.")
	flags.StringVar(&o.conditions.TermAfter, "term-after", "", "The term before, as holder -o jsonpath={.term} prints it. Another one has begun, be it of the same pod.")
	flags.StringVar(&o.transitions, "transitions", "", "How often the holder has changed, as 3, '>=3', '!=3' and so on.")
	flags.DurationVar(&o.conditions.RenewedWithin, "renewed-within", 0, "How long ago the last renewal may be.")
	flags.DurationVar(&o.conditions.StableFor, "stable-for", 0, "How long nothing but renewals has happened, as seen from here.")
	flags.BoolVar(&o.conditions.PodReady, "pod-ready", false, "The leader's pod is ready.")

	flags.StringVar(&o.http.Port, "port", "", "Port of the leader to ask by HTTP, a number or a name.")
	flags.StringVar(&o.http.Path, "path", "/", "What to ask for.")
	flags.StringVar(&o.http.Scheme, "scheme", "http", "http or https.")
	flags.StringVar(&o.http.Method, "method", http.MethodGet, "HTTP method. The request is made again at each try, whatever its method.")
	flags.StringArrayVar(&o.headers, "header", nil, "Header of the request, as 'Name: value', where ${VAR} stands for a variable of the environment: what is in single quotes is seen by nobody in a list of processes. Can be given several times.")
	flags.StringVar(&o.http.Body, "body", "", "Body of the request, where ${VAR} stands for a variable of the environment and $${ for ${ itself.")
	flags.StringSliceVar(&o.status, "status", nil, "Status of the answer: 200, 2xx, or a list. Default: any if something is asserted that the answer has, 2xx if nothing is, or only what it lacks.")

	flags.BoolVar(&o.logs, "logs", false, "Assert something of the leader's logs.")
	flags.StringVarP(&o.log.Container, "container", "c", "", "With --logs, the container.")
	flags.BoolVar(&o.log.AllContainers, "all-containers", false, "With --logs, all containers of the pod.")
	flags.DurationVar(&o.log.Since, "since", 0, "With --logs, only what is newer than a relative duration like 5s, 2m, or 3h.")
	flags.StringVar(&o.sinceTime, "since-time", "", "With --logs, only what is newer than a specific date (RFC3339).")
	flags.BoolVar(&o.log.SinceAcquired, "since-acquired", false, "With --logs, only what the leader has logged since it acquired the lock.")
	flags.Int64Var(&o.tail, "tail", -1, "With --logs, how many of the last lines to begin with; -1 for all.")
	flags.BoolVarP(&o.log.Previous, "previous", "p", false, "With --logs, those of the previous instance of the container.")

	flags.StringVar(&o.jq, "jq", "", "What to take from a JSON answer, or from log lines of JSON; `state` is short for .state.")
	flags.StringVar(&o.yq, "yq", "", "What to take from a YAML answer, in the same language.")
	flags.StringVar(&o.metric, "metric", "", "What to take from an answer of metrics: name, or 'name{label=\"value\"}'.")
	o.operators = map[check.Operator]*[]string{}
	for _, operator := range check.Operators() {
		switch operator {
		case check.Exists:
			flags.BoolVar(&o.exists, flagName(string(operator)), false, "There is such a value.")
		case check.NotExists:
			flags.BoolVar(&o.notExists, flagName(string(operator)), false, "There is no such value.")
		case check.OneOf, check.NotOneOf:
			o.operators[operator] = flags.StringSlice(flagName(string(operator)), nil, operatorUsage[operator])
		default:
			o.operators[operator] = flags.StringArray(flagName(string(operator)), nil, operatorUsage[operator])
		}
	}
}

// operatorUsage is about what was taken from an answer, or the whole of it.
var operatorUsage = map[check.Operator]string{
	check.Equals:             "It is this text or number.",
	check.NotEquals:          "It is not this text or number.",
	check.OneOf:              "It is one of these, comma separated.",
	check.NotOneOf:           "It is none of these, comma separated.",
	check.OutputContains:     "It has this text in it.",
	check.OutputNotContains:  "It does not have this text in it.",
	check.Regex:              "It matches this regular expression (RE2).",
	check.GreaterThan:        "It is a number greater than this.",
	check.LessThan:           "It is a number less than this.",
	check.GreaterThanOrEqual: "It is a number that is this or greater.",
	check.LessThanOrEqual:    "It is a number that is this or less.",
	check.Between:            "It is a number from LOW to HIGH, given as LOW,HIGH.",
	check.NotBetween:         "It is a number outside of LOW,HIGH.",
}

// flagName is how a field of a file is written on a command line.
func flagName(field string) string {
	var b strings.Builder
	for _, r := range field {
		if unicode.IsUpper(r) {
			b.WriteByte('-')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// asFlags writes a message of a check in the words of the command line.
func asFlags(message string) string {
	return check.NameFields(message, func(field string) string {
		if field == "headers" {
			field = "header"
		}
		return "--" + flagName(field)
	})
}

var (
	lockFlags   = []string{"held", "released", "missing", "holder", "holder-not", "changed-from", "term-after", "transitions", "renewed-within", "stable-for", "pod-ready"}
	httpFlags   = []string{"path", "scheme", "method", "header", "body", "status"}
	logFlags    = []string{"container", "all-containers", "since", "since-time", "since-acquired", "tail", "previous"}
	outputFlags = []string{"jq", "yq", "metric"}
)

func operatorFlags() []string {
	var names []string
	for _, operator := range check.Operators() {
		names = append(names, flagName(string(operator)))
	}
	return names
}

// given is a flag that says what is asserted, "" if there is none.
func (o *checkFlags) given(cmd *cobra.Command) string {
	all := slices.Concat(lockFlags, httpFlags, logFlags, outputFlags, operatorFlags(), []string{"port", "logs"})
	found := ""
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if found == "" && slices.Contains(all, flag.Name) {
			found = flag.Name
		}
	})
	return found
}

// empty is a flag that says what is asserted and is given without saying it: an empty variable in a script must not make
// a check of nothing. "" if there is none.
func (o *checkFlags) empty(cmd *cobra.Command) string {
	all := slices.Concat(lockFlags, outputFlags, operatorFlags(), []string{"port", "logs", "status", "since", "since-time", "container"})
	compares := []string{"equals", "not-equals"} // an empty text is a value
	found := ""
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		value := flag.Value.String()
		nothing := value == "" || value == "0s" || value == "[]" || value == "false" && flag.Value.Type() == "bool"
		if found == "" && nothing && slices.Contains(all, flag.Name) && !slices.Contains(compares, flag.Name) {
			found = flag.Name
		}
	})
	return found
}

func changed(cmd *cobra.Command, names []string) string {
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

// checks makes the checks of a command line: one of the lock, and one of an endpoint or of the logs.
func (o *checkFlags) checks(cmd *cobra.Command, lock election.Ref, env func(string) (string, bool)) ([]check.Spec, error) {
	output := changed(cmd, slices.Concat(outputFlags, operatorFlags()))
	if flag := o.empty(cmd); flag != "" {
		if cmd.Flags().Lookup(flag).Value.Type() == "bool" {
			return nil, fmt.Errorf("--%s is asserted or left out: the opposite has a flag of its own, like --released, --missing or --not-exists", flag)
		}
		return nil, fmt.Errorf("--%s is given and empty, so it would assert nothing: is a variable not set?", flag)
	}
	switch {
	case o.http.Port == "" && changed(cmd, httpFlags) != "":
		return nil, fmt.Errorf("--%s needs --port: which port of the leader to ask", changed(cmd, httpFlags))
	case !o.logs && changed(cmd, logFlags) != "":
		return nil, fmt.Errorf("--%s needs --logs", changed(cmd, logFlags))
	case o.http.Port != "" && o.logs:
		return nil, fmt.Errorf("--port and --logs exclude each other: a file can have both")
	case o.http.Port == "" && !o.logs && output != "":
		return nil, fmt.Errorf("--%s needs --port or --logs: what it is about", output)
	}
	var specs []check.Spec
	if changed(cmd, lockFlags) != "" || o.http.Port == "" && !o.logs {
		conditions := o.conditions
		if o.held && !conditions.Held() {
			return nil, fmt.Errorf("--held contradicts --released and --missing")
		}
		if o.transitions != "" {
			transitions, err := check.ParseTransitions(o.transitions)
			if err != nil {
				return nil, fmt.Errorf("--transitions %w", err)
			}
			conditions.Transitions = &transitions
		}
		specs = append(specs, check.Spec{Lock: lock, Conditions: &conditions})
	}
	spec := check.Spec{Lock: lock}
	switch {
	case o.http.Port != "":
		if err := o.completeHTTP(env); err != nil {
			return nil, err
		}
		spec.HTTP = &o.http
	case o.logs:
		if err := o.completeLogs(cmd); err != nil {
			return nil, err
		}
		spec.Logs = &o.log
	default:
		return specs, validate(specs)
	}
	if err := o.completeOutput(&spec); err != nil {
		return nil, err
	}
	specs = append(specs, spec)
	return specs, validate(specs)
}

func (o *checkFlags) completeHTTP(env func(string) (string, bool)) (err error) {
	o.http.Method = strings.ToUpper(o.http.Method)
	o.http.Headers = http.Header{}
	for _, header := range o.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return fmt.Errorf("a --header is not 'Name: value': it has no colon")
		}
		name = strings.TrimSpace(name)
		if value, err = check.Expand(strings.TrimSpace(value), env); err != nil {
			return fmt.Errorf("--header %w", err)
		}
		o.http.Headers[name] = append(o.http.Headers[name], value)
	}
	if o.http.Body, err = check.Expand(o.http.Body, env); err != nil {
		return fmt.Errorf("--body %w", err)
	}
	if len(o.status) == 0 {
		return nil
	}
	status, err := check.ParseStatus(o.status...)
	if err != nil {
		return fmt.Errorf("--status %w", err)
	}
	o.http.Status = status
	return nil
}

func (o *checkFlags) completeLogs(cmd *cobra.Command) error {
	if o.sinceTime != "" {
		t, err := time.Parse(time.RFC3339, o.sinceTime)
		if err != nil {
			return fmt.Errorf("--since-time: %q is not a date of RFC3339, like 2026-01-31T12:00:00Z", o.sinceTime)
		}
		o.log.SinceTime = t
	}
	if o.tail < -1 {
		return fmt.Errorf("--tail must be greater than or equal to -1")
	}
	if cmd.Flags().Changed("tail") && o.tail >= 0 {
		o.log.Tail = &o.tail
	}
	return nil
}

// completeOutput takes the extractor and the assertions in.
func (o *checkFlags) completeOutput(spec *check.Spec) error {
	for _, of := range []struct {
		flag, program string
		compile       func(string) (*check.Extractor, error)
	}{{"jq", o.jq, check.CompileJQ}, {"yq", o.yq, check.CompileYQ}, {"metric", o.metric, check.CompileMetric}} {
		if of.program == "" {
			continue
		}
		if spec.Extractor != nil {
			return fmt.Errorf("--%s: only one of --jq, --yq and --metric can be given", of.flag)
		}
		extractor, err := of.compile(of.program)
		if err != nil {
			return fmt.Errorf("--%s %w", of.flag, err)
		}
		spec.Extractor = extractor
	}
	for _, operator := range check.Operators() {
		var sets [][]string
		switch {
		case operator == check.Exists && o.exists, operator == check.NotExists && o.notExists:
			sets = [][]string{nil}
		case operator == check.OneOf || operator == check.NotOneOf:
			if given := *o.operators[operator]; len(given) > 0 {
				sets = [][]string{given}
			}
		case o.operators[operator] != nil:
			for _, operand := range *o.operators[operator] {
				sets = append(sets, []string{operand})
			}
		}
		for _, operands := range sets {
			assertion, err := check.NewAssertion(operator, operands...)
			if err != nil {
				return errors.New(asFlags(fmt.Sprintf("`%s` %v", operator, err)))
			}
			spec.Assertions = append(spec.Assertions, assertion)
		}
	}
	return nil
}

// validate refuses checks that make no sense, in the words of the command line.
func validate(specs []check.Spec) error {
	for _, spec := range specs {
		if err := spec.Validate(); err != nil {
			var lines []string
			for _, problem := range check.Problems(err) {
				line := problem.Message
				if problem.Field != "" {
					line = "`" + problem.Field + "` " + line
				}
				lines = append(lines, asFlags(line))
			}
			return errors.New(strings.Join(lines, "\n"))
		}
	}
	return nil
}
