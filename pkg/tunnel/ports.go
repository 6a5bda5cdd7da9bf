package tunnel

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
)

// SameAsRemote as a local port takes the number of the remote one.
const SameAsRemote = -1

// Port is one port to forward.
type Port struct {
	// Local is the port to listen on: 0 for any free one, SameAsRemote for the number that Remote stands for.
	Local int
	// Remote is the pod's port, a number or the name of a container's port.
	Remote string
}

// ParsePort reads kubectl's port syntax: REMOTE, LOCAL:REMOTE, :REMOTE, where REMOTE is a number or a name.
func ParsePort(spec string) (Port, error) {
	local, remote, both := strings.Cut(spec, ":")
	if !both {
		remote = local
	}
	if remote == "" || strings.Contains(remote, ":") {
		return Port{}, fmt.Errorf("invalid port %q: want REMOTE, LOCAL:REMOTE or :REMOTE", spec)
	}
	if number, err := strconv.Atoi(remote); err == nil && (number < 1 || number > 65535) {
		return Port{}, fmt.Errorf("invalid port %q: the remote port must be between 1 and 65535", spec)
	}
	port := Port{Local: SameAsRemote, Remote: remote}
	switch {
	case !both:
	case local == "":
		port.Local = 0
	default:
		number, err := strconv.ParseUint(local, 10, 16)
		if err != nil {
			return Port{}, fmt.Errorf("invalid port %q: the local port must be a number between 0 and 65535", spec)
		}
		port.Local = int(number)
	}
	return port, nil
}

// RemoteNumber finds the number that the port has in a pod. It is an error when the pod has no port of that name, or only a
// UDP one.
func (p Port) RemoteNumber(pod *corev1.Pod) (int32, error) {
	number, err := strconv.ParseUint(p.Remote, 10, 16)
	var names []string
	for _, container := range lasting(pod) {
		for _, port := range container.Ports {
			byNumber := err == nil && port.ContainerPort == int32(number)
			if (byNumber || port.Name == p.Remote) && port.Protocol == corev1.ProtocolUDP && !tcpToo(pod, port.ContainerPort) {
				return 0, fmt.Errorf("UDP protocol is not supported for %s", p.Remote)
			}
			if port.Name == p.Remote {
				return port.ContainerPort, nil
			}
			if port.Name != "" {
				names = append(names, port.Name)
			}
		}
	}
	switch {
	case err == nil:
		return int32(number), nil
	case len(names) == 0:
		return 0, fmt.Errorf("pod %s/%s has no port named %q: none of its ports has a name", pod.Namespace, pod.Name, p.Remote)
	}
	return 0, fmt.Errorf("pod %s/%s has no port named %q, only %s", pod.Namespace, pod.Name, p.Remote, strings.Join(names, ", "))
}

// ContainerPort is a TCP port that a pod declares.
type ContainerPort struct {
	Name      string // "" where it has none
	Number    int32
	Container string
}

// Ports are the ports that a pod declares and that can be forwarded to, in their order.
func Ports(pod *corev1.Pod) []ContainerPort {
	var ports []ContainerPort
	for _, container := range lasting(pod) {
		for _, port := range container.Ports {
			if port.Protocol == corev1.ProtocolTCP || port.Protocol == "" {
				ports = append(ports, ContainerPort{Name: port.Name, Number: port.ContainerPort, Container: container.Name})
			}
		}
	}
	return ports
}

// lasting are the containers that run as long as the pod: its own, and the init containers that are sidecars.
func lasting(pod *corev1.Pod) []corev1.Container {
	all := slices.Clone(pod.Spec.Containers)
	for _, init := range pod.Spec.InitContainers {
		if identity.Sidecar(&init) {
			all = append(all, init)
		}
	}
	return all
}

func tcpToo(pod *corev1.Pod, number int32) bool {
	for _, container := range lasting(pod) {
		for _, port := range container.Ports {
			if port.ContainerPort == number && port.Protocol != corev1.ProtocolUDP {
				return true
			}
		}
	}
	return false
}

// address is where to listen. localhost means both loopback addresses, as in kubectl; a machine may
// lack one of them, which makes it optional.
type address struct {
	network  string
	host     string
	optional bool
}

// parseAddresses reads --address. An empty list means localhost.
func parseAddresses(hosts []string) ([]address, error) {
	if len(hosts) == 0 {
		hosts = []string{"localhost"}
	}
	var addresses []address
	for _, host := range hosts {
		if host == "localhost" {
			addresses = append(addresses, address{"tcp4", "127.0.0.1", true}, address{"tcp6", "::1", true})
			continue
		}
		ip, err := netip.ParseAddr(host)
		switch {
		case err != nil:
			return nil, fmt.Errorf("invalid address %q: want localhost or an IP", host)
		case ip.Is4():
			addresses = append(addresses, address{"tcp4", host, false})
		default:
			addresses = append(addresses, address{"tcp6", host, false})
		}
	}
	return addresses, nil
}
