// Package load fills an API server with what a large cluster holds: nodes and their heartbeats, elections, and pods, of
// which some lead. The same sizes always make the same names, so whoever measures knows what has to come out.
package load

import "fmt"

// Sizes is how much there is to load.
type Sizes struct {
	Leases int `json:"leases"` // half of them are the heartbeats of nodes, the rest are elections
	Pods   int `json:"pods"`
}

const (
	nodeCount             = 200 // Node objects; a heartbeat needs none
	electionsPerNamespace = 10
)

// Check refuses sizes that leave an election without a pod to lead it.
func (s Sizes) Check() error {
	switch {
	case s.Leases < 2:
		return fmt.Errorf("%d leases: at least 2 are needed, a heartbeat and an election", s.Leases)
	case s.Pods < s.Elections():
		return fmt.Errorf("%d pods: each of the %d elections needs at least one", s.Pods, s.Elections())
	}
	return nil
}

// Elections is the number of Leases that are no heartbeats.
func (s Sizes) Elections() int { return s.Leases - s.heartbeats() }

func (s Sizes) heartbeats() int { return s.Leases / 2 }

func (s Sizes) namespaces() int {
	return (s.Elections() + electionsPerNamespace - 1) / electionsPerNamespace
}

// replicas is how many pods run for an election: 3 or 4, or as many as there are.
func (s Sizes) replicas(election int) int { return min(3+election%2, s.Pods/s.Elections()) }
