package cli

import (
	"encoding/json"
	"fmt"
	"net"

	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/tunnel"
)

// announce tells which ports are bound, as kubectl does: on stdout, where scripts look for it.
func (o *portForwardOptions) announce(listeners []tunnel.Listener, first *leader.Change) error {
	if o.output != "" {
		return json.NewEncoder(o.streams.Out).Encode(readyObject(listeners, first))
	}
	out := o.streams.Out
	if o.command != nil {
		out = o.streams.ErrOut // stdout is the command's
	}
	for _, l := range listeners {
		if _, err := fmt.Fprintf(out, "Forwarding from %s -> %s\n", l.Addr(), l.Port.Remote); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(o.streams.ErrOut, "pod %s leads\n", first.Pod.Name)
	return err
}

// readyObject is the one object that port-forward prints. docs/output.md documents its fields.
func readyObject(listeners []tunnel.Listener, first *leader.Change) any {
	type port struct {
		Address string `json:"address"`
		Local   int    `json:"local"`
		Remote  string `json:"remote"`
	}
	var ports []port
	for _, l := range listeners {
		ports = append(ports, port{l.Host(), l.Port.Local, l.Port.Remote})
	}
	return struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Lock       map[string]any `json:"lock"`
		Pod        map[string]any `json:"pod"`
		Ports      []port         `json:"ports"`
	}{objectVersion, "PortForward", lockObject(first.Status), podObject(first.Pod), ports}
}

// environment is what a command after -- gets to know.
func environment(listeners []tunnel.Listener, first *leader.Change) []string {
	env := []string{"LEADER_POD=" + first.Pod.Name, "LEADER_NAMESPACE=" + first.Pod.Namespace}
	for i, l := range listeners {
		_, local, _ := net.SplitHostPort(l.Addr().String()) // a listener's own address
		if i == 0 {
			env = append(env, "LOCAL_PORT="+local)
		}
		env = append(env, "LOCAL_PORT_"+variable(l.Port.Remote)+"="+local)
	}
	return env
}

// variable makes a port name fit for the name of an environment variable.
func variable(port string) string {
	name := []byte(port)
	for i, c := range name {
		if c == '-' {
			name[i] = '_'
		}
	}
	return string(name)
}
