package runner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/crilog"
)

// maxLogSize is when a log is rotated, in bytes; the kubelet's default.
const maxLogSize = 10 << 20

// instance is one life of a container's process. The pod's mutex guards what
// follows its end.
type instance struct {
	number  int
	id      string // as in the API, `<runtime>://<hex>`
	log     string // path of the log file
	port    int    // on loopback, where the process listens
	started metav1.Time

	command        *exec.Cmd
	file           *crilog.File
	stdout, stderr *crilog.Stream

	execs    map[int]bool // process groups of what exec runs in it
	ended    bool         // and the log is complete
	finished metav1.Time
	exitCode int32
	signal   int32
}

// start starts the process of the container's instance.
func (c *container) start(number int) (*instance, error) {
	var err error
	if c.port, err = c.pod.runner.ports.claim(c.port); err != nil {
		return nil, err
	}
	env, err := environment(c.pod.object, c.pod.ip, c.spec)
	if err != nil {
		return nil, err
	}
	path := c.logPath(number)
	file, err := crilog.Create(path, maxLogSize, time.Now)
	if err != nil {
		return nil, err
	}
	one := &instance{
		number: number, id: newContainerID(), log: path, port: c.port,
		file: file, stdout: file.Stdout(), stderr: file.Stderr(),
	}
	command := exec.Command(c.pod.runner.operator)
	// By this name in the process table the cluster's end finds it, come what may.
	command.Args = append([]string{filepath.Join(c.folder, "demo-operator")}, arguments(c.spec, env)...)
	command.Env = append(env,
		"PATH=/usr/bin:/bin",
		"HOSTNAME="+c.pod.object.Name,
		"HOSTNAME_OVERRIDE="+c.pod.object.Name, // the process has the machine's
		"KUBECONFIG="+c.pod.kubeconfig(),
		fmt.Sprintf("LISTEN_ADDR=127.0.0.1:%d", c.port),
	)
	command.Dir = c.folder
	command.Stdout, command.Stderr = one.stdout, one.stderr
	command.WaitDelay = 2 * time.Second // for a child that holds the output open
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	one.started = metav1.Now()
	if err := command.Start(); err != nil {
		_ = file.Close()
		return nil, err
	}
	one.command = command
	return one, nil
}

// wait returns when the process has ended, which it asks for once ending is
// done and forces once killing is. mu guards the result.
func (i *instance) wait(ending, killing context.Context, mu *sync.Mutex) {
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = i.command.Wait() // the state below tells more
	}()
	select {
	case <-exited:
	case <-ending.Done():
		_ = i.command.Process.Signal(syscall.SIGTERM)
		select {
		case <-exited:
		case <-killing.Done():
			_ = i.command.Process.Kill()
			<-exited
		}
	}
	_ = i.stdout.Flush()
	_ = i.stderr.Flush()
	_ = i.file.Close()

	mu.Lock()
	defer mu.Unlock()
	i.ended, i.finished = true, metav1.Now()
	for group := range i.execs {
		killGroup(group)
	}
	i.exitCode = int32(i.command.ProcessState.ExitCode())
	if status, ok := i.command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		i.signal = int32(status.Signal())
		i.exitCode = 128 + i.signal
	}
}

func newContainerID() string {
	id := make([]byte, 32)
	_, _ = rand.Read(id) // never fails
	return "demo://" + hex.EncodeToString(id)
}
