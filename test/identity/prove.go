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
	if err := p.stage.strike(ctx); err != nil {
		return outcome, err
	}
	return outcome, ctx.Err()
}

func (p *Prover) perform(ctx context.Context, c *Case) Outcome {
	if err := p.stage.setUp(ctx, c); err != nil {
		return Outcome{Case: c, Expected: c.wanted(), Came: "could not be set up: " + err.Error()}
	}
	answer, exitCode, err := p.ask(ctx, c)
	if err != nil {
		return Outcome{Case: c, Expected: c.wanted(), Came: err.Error()}
	}
	return Outcome{Case: c, Expected: c.judge(answer, exitCode), Came: answer.String()}
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
