package process

import "syscall"

// ownMachine puts the process into namespaces of its own, as the first one in
// them: all processes, mounts and networks that it makes end with it.
func ownMachine(attributes *syscall.SysProcAttr) {
	attributes.Cloneflags = syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
}
