package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
)

// Task is a comparison for a process of its own: one that has done nothing yet is smaller than all that it measures, so
// that the peak memory of small commands can be told (see Usage).
type Task struct {
	Commands []Printer
	Runs     int
	Scratch  string
}

// Printer is a command that prints the name of the leader's pod, or an identity that begins with it and "_".
type Printer struct {
	Name string
	Path string
	Args []string
	Env  []string // all of it
	Pod  string
}

func (p Printer) command() Command {
	return Command{Name: p.Name, Path: p.Path, Args: p.Args, Env: p.Env, Check: func(stdout io.Reader) error {
		text, err := io.ReadAll(stdout)
		if err != nil {
			return err
		}
		if pod, _, _ := strings.Cut(strings.TrimSpace(string(text)), "_"); pod != p.Pod {
			return fmt.Errorf("printed %q, want pod %s", text, p.Pod)
		}
		return nil
	}}
}

// Requests counts those of one of the commands.
func (p Printer) Requests(ctx context.Context, kubeconfig, scratch string) (int64, error) {
	return Requests(ctx, p.command(), kubeconfig, scratch)
}

// Apart lets a program that calls Serve compare.
func (t Task) Apart(ctx context.Context, progress io.Writer, program string, args ...string) ([]Usage, error) {
	input, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), progress
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	output, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	var medians []Usage
	return medians, json.Unmarshal(output, &medians)
}

// Serve reads a Task, compares, and writes the medians.
func Serve(ctx context.Context, in io.Reader, out, progress io.Writer) error {
	debug.SetGCPercent(10) // to stay small
	var t Task
	if err := json.NewDecoder(in).Decode(&t); err != nil {
		return err
	}
	commands := make([]Command, len(t.Commands))
	for i, p := range t.Commands {
		commands[i] = p.command()
	}
	medians, err := Compare(ctx, commands, t.Runs, t.Scratch, progress)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(medians)
}
