package runner

import (
	"net/netip"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// hostIP is the address of every node.
const hostIP = "127.0.0.1"

// addresses gives each pod an IP address. Nothing answers there: the address
// is what the API shows.
type addresses struct {
	mu   sync.Mutex
	next netip.Addr
	pods map[types.UID]netip.Addr
	used map[netip.Addr]bool
}

func newAddresses() *addresses {
	return &addresses{
		next: netip.MustParseAddr("10.244.0.1"),
		pods: map[types.UID]netip.Addr{},
		used: map[netip.Addr]bool{},
	}
}

// keep remembers the address that a pod has from an earlier runner.
func (a *addresses) keep(pod types.UID, address string) {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return // it has none yet
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pods[pod], a.used[parsed] = parsed, true
}

// of returns the pod's address; a new pod gets one.
func (a *addresses) of(pod types.UID) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if address, ok := a.pods[pod]; ok {
		return address.String()
	}
	for a.used[a.next] {
		a.next = a.next.Next()
	}
	a.pods[pod], a.used[a.next] = a.next, true
	return a.next.String()
}

func (a *addresses) free(pod types.UID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.used, a.pods[pod])
	delete(a.pods, pod)
}

// portPool gives each container a port on loopback.
type portPool struct {
	mu    sync.Mutex
	taken map[int]bool
}

func newPortPool() *portPool { return &portPool{taken: map[int]bool{}} }

// claim returns port if it is still good, else another.
func (p *portPool) claim(port int) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if port != 0 && cluster.PortIsFree(port) {
		return port, nil
	}
	delete(p.taken, port)
	port, err := cluster.FreePort(p.taken)
	if err == nil {
		p.taken[port] = true
	}
	return port, err
}

func (p *portPool) free(port int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.taken, port)
}
