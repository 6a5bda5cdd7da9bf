package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// Ports are picked below the range from which Linux (32768) and macOS (49152)
// take the ports of outgoing connections: none of those then sits on the port
// of a component that is down for a moment.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// ports maps a name to a TCP port on loopback.
type ports map[string]int

// loadPorts reads the remembered ports from file and picks free ones for the
// names that it lacks.
func loadPorts(file string, names []string) (ports, error) {
	known := ports{}
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		// A damaged file is as good as none: its cluster has to start anew.
		_ = json.Unmarshal(data, &known)
	}
	taken := map[int]bool{}
	for _, port := range known {
		taken[port] = true
	}
	changed := false
	for _, name := range names {
		if known[name] != 0 {
			continue
		}
		port, err := FreePort(taken)
		if err != nil {
			return nil, err
		}
		known[name], taken[port], changed = port, true, true
	}
	if !changed {
		return known, nil
	}
	data, err = json.MarshalIndent(known, "", "  ")
	if err != nil {
		return nil, err
	}
	return known, os.WriteFile(file, append(data, '\n'), 0o644)
}

// FreePort returns a port on loopback on which nothing listens and which is
// not in taken.
func FreePort(taken map[int]bool) (int, error) {
	for range 1000 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if taken[port] || !PortIsFree(port) {
			continue
		}
		return port, nil
	}
	return 0, fmt.Errorf("no free port between %d and %d", lowestPort, highestPort)
}

// PortIsFree tells whether one can listen on the loopback port now.
func PortIsFree(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
