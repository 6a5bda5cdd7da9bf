package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// listed is an item of what `list -o json` prints.
type listed struct {
	Answer
	Lock struct{ Kind, Namespace, Name, Key string } `json:"lock"`
}

// arg is how a command line names the lock.
func (l listed) arg() string {
	arg := strings.ToLower(l.Lock.Kind) + "/" + l.Lock.Name
	if l.Lock.Key != "" {
		arg += "/" + l.Lock.Key
	}
	return arg
}

// compareList tells how the row of the case's lock in a list of all elections differs from what was said of the lock
// alone; "" if it does not.
func (p *Prover) compareList(ctx context.Context, c *Case, alone Answer) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(ctx, p.Plugin, "list", "-A", "--all", "-o", "json", "--kubeconfig", p.Kubeconfig)
	command.Stdout, command.Stderr = &stdout, &stderr
	command.Env = append(os.Environ(), "HOME="+p.Home)
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("list: %w: %s", err, stderr.String())
	}
	var list struct{ Items []listed }
	if err := json.Unmarshal(stdout.Bytes(), &list); err != nil {
		return "", fmt.Errorf("list: %w", err)
	}
	rows := 0
	for _, row := range list.Items {
		if row.arg() != c.lock() || row.Lock.Namespace != "" && row.Lock.Namespace != c.LockNamespace {
			continue
		}
		rows++
		same := row.State == alone.State && row.Reason == alone.Reason && row.Rule == alone.Rule && row.Node == alone.Node &&
			(row.Pod == nil) == (alone.Pod == nil) && (row.Pod == nil || *row.Pod == *alone.Pod) && len(row.Candidates) == len(alone.Candidates)
		if !same {
			return "the list says: " + row.Answer.String(), nil
		}
	}
	switch {
	case rows > 1:
		return fmt.Sprintf("the list has it %d times", rows), nil
	case rows == 0 && alone.State != "Missing" && alone.State != "NotElection": // other kinds have too many that are none
		return "the list does not have it", nil
	}
	return "", nil
}
