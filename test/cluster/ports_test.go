package cluster

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPortsAreRemembered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	first, err := loadPorts(file, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	more, err := loadPorts(file, []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	if more["a"] != first["a"] || more["b"] != first["b"] {
		t.Errorf("the ports changed from %v to %v", first, more)
	}
	distinct := slices.Compact(slices.Sorted(maps.Values(more)))
	if len(distinct) != 3 {
		t.Errorf("want three different ports, got %v", more)
	}
	for name, port := range more {
		if port < lowestPort || port >= highestPort {
			t.Errorf("%s: port %d lies outside of the range", name, port)
		}
	}
}

func TestDamagedPortsArePickedAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ports.json")
	if err := os.WriteFile(file, []byte(`{"a": 20`), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := loadPorts(file, []string{"a"})
	if err != nil || got["a"] < lowestPort {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTakenPortIsNotFree(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if PortIsFree(port) {
		t.Errorf("port %d is taken, but counts as free", port)
	}
	_ = listener.Close()
	if !PortIsFree(port) {
		t.Errorf("port %d is free, but counts as taken", port)
	}
}
