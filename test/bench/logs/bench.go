package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/kubectl-leader/kubectl-leader/test/bench/cost"
	"github.com/kubectl-leader/kubectl-leader/test/bench/measure"
	"github.com/kubectl-leader/kubectl-leader/test/bench/site"
)

// Bench prints the log of an operator's leader, in turns with kubectl.
type Bench struct {
	Operator *site.Operator
	Bytes    int64 // of the log
	Runs     int
	Progress io.Writer
}

const (
	group = "logs"
	// printWithin bounds one print of the whole log.
	printWithin = 10 * time.Minute
)

// Run fills the log and measures printing it, not followed and followed.
func (b *Bench) Run(ctx context.Context) ([]cost.Row, error) {
	leader, err := b.Operator.Leader(ctx)
	if err != nil {
		return nil, err
	}
	files, err := b.Operator.Cluster.Dir.LogFiles(b.Operator.Namespace, leader)
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("pod %s/%s: %d log files, want one that was never rotated", b.Operator.Namespace, leader, len(files))
	}
	if err := Append(files[0], b.Bytes/lineBytes); err != nil {
		return nil, err
	}
	size, err := SizeOf(files[0])
	if err != nil {
		return nil, err
	}
	var rows []cost.Row
	for _, follow := range []bool{false, true} {
		more, err := b.compare(ctx, leader, size, follow)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// compare measures both programs.
func (b *Bench) compare(ctx context.Context, leader string, size Size, follow bool) ([]cost.Row, error) {
	o := b.Operator
	programs := []struct {
		name, path string
		args       []string
	}{{"kubectl-leader logs", o.Plugin, []string{"logs", o.Lock}}, {"kubectl logs", o.Kubectl, []string{"logs", leader}}}
	var speeds, cpus [2][]int64
	for range b.Runs {
		for i, program := range programs {
			args, name := program.args, program.name
			if follow {
				args, name = append(args, "-f"), name+" -f"
			}
			took, cpu, err := printed(ctx, o, program.path, args, size, follow)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			speeds[i] = append(speeds[i], int64(float64(size.Bytes)/took.Seconds()))
			cpus[i] = append(cpus[i], int64(cpu))
			fmt.Fprintf(b.Progress, "%-24s %6.0f MB/s   cpu %.2fs\n", name, float64(size.Bytes)/1e6/took.Seconds(), cpu.Seconds())
		}
	}
	what, least := fmt.Sprintf("%d MiB", b.Bytes>>20), cost.TimesAtLeast(1)
	if follow {
		// To go on after a cut it asks for timestamps, which the node has to write before each line; kubectl with
		// --timestamps is as slow.
		what, least = what+", followed", cost.TimesAtLeast(0.8).WithGoal(0.9)
	}
	return []cost.Row{
		cost.Compared(group, what, "MB/s", float64(measure.Middle(speeds[0]))/1e6, float64(measure.Middle(speeds[1]))/1e6, least),
		cost.Compared(group, what+": own CPU", "s", seconds(measure.Middle(cpus[0])), seconds(measure.Middle(cpus[1])), cost.TimesAtMost(1)),
	}, nil
}

func seconds(nanoseconds int64) float64 { return time.Duration(nanoseconds).Seconds() }

// printed runs a program until all of the log has come out, and checks that this is what came. One that follows is ended
// then.
func printed(ctx context.Context, o *site.Operator, program string, args []string, size Size, follow bool) (took, cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, printWithin)
	defer cancel()
	reader, writer, err := os.Pipe()
	if err != nil {
		return 0, 0, err
	}
	defer reader.Close() // it is only read
	began := time.Now()
	process, err := o.Start(ctx, program, writer, args...)
	_ = writer.Close() // the process has it
	if err != nil {
		return 0, 0, err
	}
	got, readErr := count(reader, size, follow)
	took = time.Since(began)
	var state *os.ProcessState
	if follow {
		state, err = process.End()
	} else {
		<-process.Ended()
		if state = process.Cmd.ProcessState; !state.Success() {
			err = process.Failure()
		}
	}
	if err = errors.Join(readErr, err); err != nil {
		return 0, 0, err
	}
	if got != size {
		return 0, 0, fmt.Errorf("printed %+v of %+v", got, size)
	}
	return took, site.CPU(state), nil
}

// count reads to the end, or as much as there is to come of a log that goes on.
func count(reader io.Reader, want Size, follow bool) (got Size, err error) {
	buffer := make([]byte, 256<<10)
	for !follow || got.Bytes < want.Bytes {
		n, err := reader.Read(buffer)
		got.Bytes += int64(n)
		got.Lines += int64(bytes.Count(buffer[:n], []byte("\n")))
		switch {
		case err == io.EOF:
			return got, nil
		case err != nil:
			return got, err
		}
	}
	return got, nil
}
