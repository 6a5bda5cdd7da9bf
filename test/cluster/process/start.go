package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// Spec is a process to start.
type Spec struct {
	Program string   // the executable's path
	Argv0   string   // what it is called, by which Scan finds it
	Args    []string // without argv[0]
	Log     string   // the file that gets its output, appended
	PIDFile string
	Dir     string // its working folder
	Machine bool   // it is a machine of its own: PIDs, mounts, network, IPC and host name; Linux and root only
}

// Start starts a process in a session of its own, so that it outlives this
// one and the terminal.
func Start(spec Spec) error {
	log, err := os.OpenFile(spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(spec.Program)
	command.Args = append([]string{spec.Argv0}, spec.Args...)
	command.Stdout, command.Stderr = log, log
	command.Dir = spec.Dir
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if spec.Machine {
		ownMachine(command.SysProcAttr)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(spec.Argv0), err)
	}
	pid := command.Process.Pid
	go func() { _ = command.Wait() }() // else it stays a zombie while we live
	return os.WriteFile(spec.PIDFile, []byte(strconv.Itoa(pid)+"\n"), 0o644)
}
