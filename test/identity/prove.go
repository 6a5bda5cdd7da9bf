package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// answerWithin bounds one run of the plugin.
const answerWithin = 20 * time.Second

// Prover proves cases on a cluster in which nothing else happens.
type Prover struct {
	Plugin     string // path of the built kubectl-leader
	Kubeconfig string
	Home       string // folder for what the plugin may cache
	List       bool   // compare with the lock's row in a list, too

	stage *stage
}

// NewProver connects to the cluster of the config, which is the kubeconfig's.
func NewProver(config *rest.Config, plugin, kubeconfig, home string) (*Prover, error) {
	config = rest.CopyConfig(config)
	config.WarningHandlerWithContext = rest.NoWarnings{} // Endpoints are deprecated, and still locks
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &Prover{Plugin: plugin, Kubeconfig: kubeconfig, Home: home, stage: newStage(client)}, nil
}

// Outcome is what came of a case.
type Outcome struct {
	Case     *Case
	Expected string // what was expected and did not come; empty if the case passed
	Came     string
}

// Passed tells whether the plugin said what is true.
func (o Outcome) Passed() bool { return o.Expected == "" }

// Prove sets the case up, asks the plugin, and removes the case again. An error means that there is no going on.
func (p *Prover) Prove(ctx context.Context, c Case) (Outcome, error) {
	outcome := p.perform(ctx, &c)
	err := p.stage.strike(ctx)
	if refusal := apierrors.APIStatus(nil); errors.As(err, &refusal) { // the API server is there: others can be proved
		outcome, err = Outcome{Case: &c, Expected: c.wanted(), Came: err.Error()}, nil
	}
	return outcome, errors.Join(err, ctx.Err())
}

func (p *Prover) perform(ctx context.Context, c *Case) (outcome Outcome) {
	defer func() { // what is made of a case that nobody thought of
		if reason := recover(); reason != nil {
			outcome = Outcome{Case: c, Expected: c.wanted(), Came: fmt.Sprint("could not be set up: ", reason)}
		}
	}()
	if c.Flaw != nil {
		return Outcome{Case: c, Expected: "a case that can be understood", Came: c.Flaw.Error()}
	}
	if err := p.stage.setUp(ctx, c); err != nil {
		return Outcome{Case: c, Expected: c.wanted(), Came: "could not be set up: " + strings.Join(strings.Fields(err.Error()), " ")}
	}
	answer, exitCode, err := p.ask(ctx, c)
	if err != nil {
		return Outcome{Case: c, Expected: c.wanted(), Came: err.Error()}
	}
	outcome = Outcome{Case: c, Expected: c.judge(answer, exitCode), Came: answer.String()}
	if p.List && outcome.Passed() {
		difference, err := p.compareList(ctx, c, answer)
		switch {
		case err != nil:
			outcome.Expected, outcome.Came = c.wanted(), err.Error()
		case difference != "":
			outcome.Expected, outcome.Came = "in a list what holder says: "+outcome.Came, difference
		}
	}
	return outcome
}

// ask runs the plugin as a user would who knows the lock and nothing else.
func (p *Prover) ask(ctx context.Context, c *Case) (answer Answer, exitCode int, err error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	args := []string{"holder", c.lock(), "-o", "json", "--kubeconfig", p.Kubeconfig}
	if c.LockNamespace != "" {
		args = append(args, "-n", c.LockNamespace)
	}
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, p.Plugin, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(os.Environ(), "HOME="+p.Home)
	err = command.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return answer, 0, fmt.Errorf("no answer: %w", ctx.Err())
	case errors.As(err, &exit):
	case err != nil:
		return answer, 0, err
	}
	exitCode = command.ProcessState.ExitCode()
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		return answer, exitCode, fmt.Errorf("exit code %d, no JSON object: %s", exitCode, strings.Join(strings.Fields(stdout.String()+stderr.String()), " "))
	}
	return answer, exitCode, nil
}
