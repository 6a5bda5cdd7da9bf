package node

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// addLoopbackAddresses brings up loopback, with more addresses. The network is
// the node's own, so they collide with nobody's.
func addLoopbackAddresses(addresses ...string) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	up, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	up.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, up); err != nil {
		return fmt.Errorf("bring up lo: %w", err)
	}
	for i, address := range addresses {
		label := fmt.Sprintf("lo:%d", i+1)
		for _, set := range []struct {
			request uint
			value   net.IP
		}{{unix.SIOCSIFADDR, net.ParseIP(address)}, {unix.SIOCSIFNETMASK, net.IPv4bcast}} {
			request, err := unix.NewIfreq(label)
			if err != nil {
				return err
			}
			if err := request.SetInet4Addr(set.value.To4()); err != nil {
				return err
			}
			if err := unix.IoctlIfreq(socket, set.request, request); err != nil {
				return fmt.Errorf("add address %s to lo: %w", address, err)
			}
		}
	}
	return nil
}
