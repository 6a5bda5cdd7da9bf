package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Command is a command whose output can be judged.
type Command struct {
	Name   string // as the table shows it
	Runner string // the path of bench-run
	Path   string
	Args   []string
	Env    []string                     // all of it
	Check  func(stdout io.Reader) error // tells what is wrong with what it printed
}

// With is the command with another variable in its environment.
func (c Command) With(variable string) Command {
	c.Env = append(append([]string(nil), c.Env...), variable)
	return c
}

// Run runs the command once, with its output in a file in scratch. A failure and output that is not true are errors.
func (c Command) Run(ctx context.Context, scratch string) (Usage, error) {
	// A file takes what is written at once; a pipe would make the command wait for us.
	stdout, err := os.Create(filepath.Join(scratch, "stdout"))
	if err != nil {
		return Usage{}, err
	}
	defer stdout.Close() // what counts is read from it below
	var stderr bytes.Buffer
	took, tell, err := os.Pipe()
	if err != nil {
		return Usage{}, err
	}
	defer took.Close() // read-only
	cmd := exec.CommandContext(ctx, c.Runner, append([]string{c.Path}, c.Args...)...)
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = c.Env, stdout, &stderr, []*os.File{tell}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // which is passed on
	err = cmd.Run()
	tell.Close() // ours; the command's is closed, too
	if err != nil {
		return Usage{}, fmt.Errorf("%s: %w\n%s", c.Name, err, tail(stderr.Bytes()))
	}
	var usage Usage
	if err := json.NewDecoder(took).Decode(&usage); err != nil {
		return Usage{}, fmt.Errorf("%s: %w", c.Runner, err)
	}
	if _, err := stdout.Seek(0, io.SeekStart); err != nil {
		return Usage{}, err
	}
	if err := c.Check(stdout); err != nil {
		return Usage{}, fmt.Errorf("%s: %w\n%s", c.Name, err, tail(stderr.Bytes()))
	}
	return usage, nil
}

// tail is the end of what a command said.
func tail(text []byte) []byte {
	const most = 2000
	return bytes.TrimSpace(text[max(0, len(text)-most):])
}
