package tunnel

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// Listener is one open local port.
type Listener struct {
	net.Listener
	// Port is what it forwards to; its Local is the number that is bound.
	Port Port
}

// Host is the address that it listens on, without the port.
func (l Listener) Host() string { return l.Addr().(*net.TCPAddr).IP.String() }

// Listen opens a listener for each port on each address, or none: the first that fails closes the others. A named port
// without a local number takes its number from the pod; other ports do not need one, so pod may then be nil.
func Listen(ports []Port, hosts []string, pod *corev1.Pod) ([]Listener, error) {
	addresses, err := parseAddresses(hosts)
	if err != nil {
		return nil, err
	}
	var all []Listener
	for _, port := range ports {
		opened, err := listenPort(port, addresses, pod)
		if err != nil {
			Close(all)
			return nil, err
		}
		all = append(all, opened...)
	}
	return all, nil
}

// NeedsPod reports whether the local number of a port is known only with a pod in hand.
func (p Port) NeedsPod() bool {
	_, err := strconv.Atoi(p.Remote)
	return p.Local == SameAsRemote && err != nil
}

// Close closes listeners.
func Close(listeners []Listener) {
	for _, listener := range listeners {
		listener.Close() // closing twice is harmless, and nothing else can fail
	}
}

// freePortTries is how many random ports are tried until one is free on all addresses.
const freePortTries = 20

func listenPort(port Port, addresses []address, pod *corev1.Pod) ([]Listener, error) {
	if port.Local == SameAsRemote {
		number, err := strconv.Atoi(port.Remote)
		if err != nil {
			named, err := port.RemoteNumber(pod)
			if err != nil {
				return nil, err
			}
			number = int(named)
		}
		port.Local = number
	}
	tries := 1
	if port.Local == 0 {
		tries = freePortTries // what is free on one address may be taken on the next
	}
	var opened []Listener
	var err error
	for range tries {
		if opened, err = listenOn(port, addresses); err == nil {
			return opened, nil
		}
	}
	return nil, fmt.Errorf("unable to listen on port %d: %w", port.Local, err)
}

// listenOn opens a listener on each address that the machine has, or none. A port that somebody
// else has on one of them is an error: clients of that address would reach another process.
func listenOn(port Port, addresses []address) ([]Listener, error) {
	var opened []Listener
	var lacking []error
	for _, address := range addresses {
		listener, err := net.Listen(address.network, net.JoinHostPort(address.host, strconv.Itoa(port.Local)))
		switch {
		case err == nil:
			port.Local = listener.Addr().(*net.TCPAddr).Port // one random number for all addresses
			opened = append(opened, Listener{listener, port})
		case address.optional && lacks(address):
			lacking = append(lacking, err)
		default:
			Close(opened)
			return nil, err
		}
	}
	if len(opened) == 0 {
		return nil, errors.Join(lacking...)
	}
	return opened, nil
}

// lacks reports that the machine does not have an address: no port at all can be opened there.
func lacks(address address) bool {
	listener, err := net.Listen(address.network, net.JoinHostPort(address.host, "0"))
	if err != nil {
		return true
	}
	listener.Close() // nobody knows of it
	return false
}
