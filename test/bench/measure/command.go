package measure

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Command is a command whose output can be judged.
type Command struct {
	Name  string // as the table shows it
	Path  string
	Args  []string
	Env   []string                     // all of it
	Check func(stdout io.Reader) error // tells what is wrong with what it printed
}

// With is the command with another variable in its environment.
func (c Command) With(variable string) Command {
	c.Env = append(append([]string(nil), c.Env...), variable)
	return c
}

// Run runs the command once, with its output in a file in scratch. A failure and output that is not true are errors, and so
// is a peak that cannot be told.
func (c Command) Run(ctx context.Context, scratch string) (Usage, error) {
	least, err := ownPeak(ctx)
	if err != nil {
		return Usage{}, err
	}
	usage, err := c.once(ctx, scratch)
	if err == nil && usage.Peak <= least {
		err = fmt.Errorf("%s: its peak memory is below the %d bytes of this process, and cannot be told from here", c.Name, least)
	}
	return usage, err
}

func (c Command) once(ctx context.Context, scratch string) (Usage, error) {
	// A file takes what is written at once; a pipe would make the command wait for us.
	stdout, err := os.Create(filepath.Join(scratch, "stdout"))
	if err != nil {
		return Usage{}, err
	}
	defer stdout.Close() // what counts is read from it below
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.Env, stdout, &stderr

	started := time.Now()
	err = cmd.Run()
	wall := time.Since(started)
	if err != nil {
		return Usage{}, fmt.Errorf("%s: %w\n%s", c.Name, err, tail(stderr.Bytes()))
	}
	usage := usageOf(cmd.ProcessState, wall)
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
