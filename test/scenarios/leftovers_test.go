package scenarios

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/test/cluster/cgroup"
)

// machine is what this machine would show of what a cluster left behind.
type machine struct {
	mounts     []string
	interfaces []string
	settings   string
}

// look looks at the machine.
func look() (machine, error) {
	var m machine
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return m, err
	}
	for line := range strings.Lines(string(mounts)) {
		m.mounts = append(m.mounts, strings.Fields(line)[1])
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return m, err
	}
	for _, one := range interfaces {
		m.interfaces = append(m.interfaces, one.Name)
	}
	for _, name := range []string{"net/ipv4/ip_forward", "vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"} {
		value, err := os.ReadFile("/proc/sys/" + name)
		if err != nil {
			return m, err
		}
		m.settings += name + " " + string(value)
	}
	return m, nil
}

// processes lists the processes whose command line begins with the path of the lab.
func (l *lab) processes() (pids []int, err error) {
	table, err := exec.Command("ps", "-A", "-ww", "-o", "pid=", "-o", "stat=", "-o", "args=").Output()
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || strings.HasPrefix(fields[1], "Z") || !strings.HasPrefix(fields[2], l.dir+"/") {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// killAndCheck kills the processes of the lab with SIGKILL, as an out-of-memory killer would, takes
// it down, and checks that nothing is left of it on a machine that was as before.
func (l *lab) killAndCheck(before machine) error {
	pids, err := l.processes()
	if err != nil {
		return err
	}
	if len(pids) < 6 {
		return fmt.Errorf("%d processes are too few: this would prove nothing", len(pids))
	}
	for _, pid := range pids {
		syscall.Kill(pid, syscall.SIGKILL) // it may have gone with another
	}
	if err := l.down(); err != nil {
		return err
	}
	return l.checkGone(before)
}

// checkGone checks that nothing is left of the lab.
func (l *lab) checkGone(before machine) error {
	var left []error
	pids, err := l.processes()
	if err != nil {
		return err
	}
	if len(pids) > 0 {
		left = append(left, fmt.Errorf("processes are left: %v", pids))
	}
	now, err := look()
	if err != nil {
		return err
	}
	for what, lists := range map[string][2][]string{
		"mount": {before.mounts, now.mounts}, "interface": {before.interfaces, now.interfaces},
	} {
		for _, one := range lists[1] {
			if !slices.Contains(lists[0], one) {
				left = append(left, fmt.Errorf("%s is left: %s", what, one))
			}
		}
	}
	if now.settings != before.settings {
		left = append(left, fmt.Errorf("settings were\n%sand are\n%s", before.settings, now.settings))
	}
	// A group of an element's name in each hierarchy: version 1 has several.
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		groups, err := filepath.Glob(pattern + cgroup.Name(l.dir))
		if err != nil || len(groups) > 0 {
			left = append(left, fmt.Errorf("control groups are left: %v, %v", groups, err))
		}
	}
	return errors.Join(left...)
}

// pod gets a pod.
func (ns *namespace) pod(t *testing.T, name string) *corev1.Pod {
	t.Helper()
	pod, err := ns.client.CoreV1().Pods(ns.name).Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

// untilRestarted waits until the pod's container has started anew and is ready.
func (ns *namespace) untilRestarted(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := ns.client.CoreV1().Pods(ns.name).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		if pod, ok := event.Object.(*corev1.Pod); ok {
			statuses := pod.Status.ContainerStatuses
			if len(statuses) == 1 && statuses[0].RestartCount > 0 && statuses[0].Ready {
				return
			}
		}
	}
	t.Fatalf("pod %s has not restarted", name)
}
