package handover

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/forward"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

const (
	// catchUp is how long logs may need for the last lines once the storm is over.
	catchUp = time.Minute
	// failoverWithin bounds one failover; a leader that is deleted releases its Lease.
	failoverWithin = time.Minute
	// steadyAnswers is how many connections have to be answered in a term before it is ended.
	steadyAnswers = 20
)

// Operator is one that fails over quickly, and whose leadership outlives an API server's restart.
func Operator(namespace string) cluster.Operator {
	o := cluster.DemoOperator()
	o.Namespace = namespace
	o.LeaseDuration, o.RenewDeadline, o.RetryPeriod = 30*time.Second, 25*time.Second, 300*time.Millisecond
	o.ReconcileEvery = 20 * time.Millisecond
	return o
}

// Storm deletes one leader after the other while a client connects all the time and a `logs -f` runs, and in the middle of
// it ends the API server with SIGKILL and starts it again.
func Storm(ctx context.Context, o *site.Operator, failovers int, progress io.Writer) (rows []cost.Row, err error) {
	output, err := os.Create(filepath.Join(o.Scratch, "followed"))
	if err != nil {
		return nil, err
	}
	defer output.Close() // it is only read by then
	logs, err := o.Start(ctx, o.Plugin, output, "logs", "-f", o.Lock)
	if err != nil {
		return nil, err
	}
	defer logs.Cmd.Process.Kill() // it has ended, unless there is an error
	tunnel, err := forward.Ours().Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer tunnel.Close() // what came through it is counted

	loadCtx, stop := context.WithCancel(ctx)
	client := &load{address: tunnel.Address, change: make(chan struct{})}
	done := make(chan struct{})
	go func() { defer close(done); client.run(loadCtx) }()
	terms, err := rage(ctx, o, client, failovers, progress)
	stop()
	<-done
	if err != nil {
		return nil, err
	}
	connections := count(client.asks, terms)
	fmt.Fprintf(progress, "%d connections: %d answered, %d cut as a term or the API server ended, %d lost within a term, %d refused\n",
		len(client.asks), connections.answered, connections.cut, connections.lost, connections.refused)
	c, err := complete(ctx, o, logs, output.Name())
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(progress, "%d lines were logged: %d are missing, %d were printed again\n", c.lines, c.missing, c.twice)
	during := fmt.Sprintf("%d failovers", failovers)
	return []cost.Row{
		cost.Alone(group, "connections refused in "+during, "", float64(connections.refused), cost.AtMost(0, "")),
		cost.Alone(group, "connections lost within a term", "", float64(connections.lost), cost.AtMost(0, "")),
		cost.Alone(group, "log lines lost, "+during+" + API restart", "", float64(c.missing), cost.AtMost(0, "")),
		cost.Alone(group, "log lines twice, "+during+" + API restart", "", float64(c.twice), cost.AtMost(0, "")),
	}, nil
}

// rage fails over so many times, and restarts the API server halfway. It returns the terms in which nothing cut a connection.
func rage(ctx context.Context, o *site.Operator, client *load, failovers int, progress io.Writer) (terms []term, err error) {
	for i := range failovers {
		if i == failovers/2 {
			one, err := steady(ctx, o, client)
			if err == nil {
				err = restart(ctx, o)
			}
			if err != nil {
				return nil, err
			}
			terms = append(terms, one)
			fmt.Fprintln(progress, "the API server was killed and started again")
		}
		one, err := steady(ctx, o, client)
		if err != nil {
			return nil, fmt.Errorf("before failover %d: %w", i+1, err)
		}
		terms = append(terms, one)
		began := time.Now()
		if err := failover(ctx, o); err != nil {
			return nil, fmt.Errorf("failover %d: %w", i+1, err)
		}
		fmt.Fprintf(progress, "failover %d of %d took %.0f ms\n", i+1, failovers, milliseconds(time.Since(began)))
	}
	return terms, nil
}

// restart kills the API server and starts it again.
func restart(ctx context.Context, o *site.Operator) error {
	if err := o.Cluster.Kill(ctx, "kube-apiserver"); err != nil {
		return err
	}
	return o.Cluster.Start(ctx, "kube-apiserver")
}

// steady lets the leader lead until it has answered a few, so that there are connections that nothing may cut.
func steady(ctx context.Context, o *site.Operator, client *load) (term, error) {
	ctx, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	began := time.Now()
	leader, err := o.Leader(ctx)
	if err != nil {
		return term{}, err
	}
	first, err := client.answered(ctx, steadyAnswers, leader, began)
	return term{pod: leader, from: first, to: time.Now()}, err
}

// failover deletes the leader and waits until another holds the Lease.
func failover(ctx context.Context, o *site.Operator) error {
	ctx, cancel := context.WithTimeout(ctx, failoverWithin)
	defer cancel()
	w, err := o.Client.CoordinationV1().Leases(o.Namespace).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + o.Lock})
	if err != nil {
		return err
	}
	defer w.Stop()
	old, err := o.Holder(ctx)
	if err != nil {
		return err
	}
	leader, err := o.Leader(ctx)
	if err != nil {
		return err
	}
	if err := o.Client.CoreV1().Pods(o.Namespace).Delete(ctx, leader, metav1.DeleteOptions{}); err != nil {
		return err
	}
	for {
		if now, err := o.Holder(ctx); err != nil || now != "" && now != old {
			return err
		}
		if _, ok := <-w.ResultChan(); !ok {
			return fmt.Errorf("nobody took over from %s", old)
		}
	}
}

// complete waits until each line that was logged is printed, ends the logs, and compares.
func complete(ctx context.Context, o *site.Operator, logs *site.Process, path string) (comparison, error) {
	wanted, err := logged(o.Cluster.Dir, o.Namespace)
	if err != nil {
		return comparison{}, err
	}
	if len(wanted) == 0 {
		return comparison{}, fmt.Errorf("namespace %s: nothing was logged, which proves nothing", o.Namespace)
	}
	// A file has no event. What is newer than the wish is no fault yet.
	for deadline := time.Now().Add(catchUp); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if c, err := compareFile(path, wanted, true); err != nil || c.missing == 0 {
			break
		}
	}
	if _, err := logs.End(); err != nil {
		return comparison{}, err
	}
	c, err := compareFile(path, wanted, true)
	if err != nil {
		return c, err
	}
	all, err := logged(o.Cluster.Dir, o.Namespace)
	if err != nil {
		return c, err
	}
	whole, err := compareFile(path, all, false)
	c.twice = whole.twice
	return c, err
}

// compareFile compares a file; with newer, lines that are not among the wanted are left out.
func compareFile(path string, wanted map[string]bool, newer bool) (comparison, error) {
	file, err := os.Open(path)
	if err != nil {
		return comparison{}, err
	}
	defer file.Close()
	return compare(file, wanted, newer)
}
