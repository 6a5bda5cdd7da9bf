package scenarios

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// kind is what the scenarios run on; the tests are the same.
type kind string

const (
	kwok    kind = "kwok"    // nodes that only exist in the API
	kubelet kind = "kubelet" // nodes with the real kubelet: Linux and root
	foreign kind = "foreign" // a cluster that somebody else made: no hand on its machines
)

// chosenKind is told by the environment, as is the foreign cluster.
func chosenKind() (kind, error) {
	if os.Getenv("E2E_KUBECONFIG") != "" {
		return foreign, nil
	}
	switch chosen := kind(os.Getenv("E2E_NODES")); chosen {
	case "", kwok:
		return kwok, nil
	case kubelet:
		return kubelet, nil
	default:
		return "", fmt.Errorf("E2E_NODES=%s: it must be %s or %s", chosen, kwok, kubelet)
	}
}

// newSharedLab is the lab of the environment's choice.
func newSharedLab(root string) (*lab, error) {
	chosen, err := chosenKind()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(root, ".cluster-test")
	if chosen != kwok {
		dir = filepath.Join(root, ".cluster-e2e")
	}
	l := newLab(filepath.Join(root, "bin"), dir)
	l.kind, l.version = chosen, os.Getenv("E2E_KUBERNETES")
	if chosen == foreign {
		l.kubeconfig, err = filepath.Abs(os.Getenv("E2E_KUBECONFIG"))
	}
	return l, err
}

// only runs the rest of the test on clusters of these kinds, and elsewhere
// leaves it out, which is told in the end.
func only(t interface {
	Name() string
	Skip(...any)
}, why string, kinds ...kind) {
	if !slices.Contains(kinds, shared.kind) {
		leaveOut(t, why)
	}
}

// leaveOut ends a test that cannot be run here, which is told in the end.
func leaveOut(t interface {
	Name() string
	Skip(...any)
}, why string) {
	left.add(t.Name(), why)
	t.Skip(why)
}

// leftOut is what did not run, and why.
type leftOut struct {
	mu    sync.Mutex
	tests []string
}

var left leftOut

func (l *leftOut) add(name, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tests = append(l.tests, fmt.Sprintf("  %s: %s\n", name, why))
}

func (l *leftOut) tell(w io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tests) > 0 {
		slices.Sort(l.tests)
		fmt.Fprintf(w, "Left out on this cluster (%s):\n%s", shared.kind, strings.Join(l.tests, ""))
	}
}

// breaks is for a test that kills or pauses components of the shared cluster: it must not run in
// parallel with others. The components are back when it ends, whatever happens.
func breaks(t *testing.T, components ...string) {
	t.Helper()
	only(t, breaksControlPlane, kwok, kubelet)
	t.Cleanup(func() {
		for _, name := range components {
			if err := shared.run("start", name); err != nil {
				t.Error(err)
			}
		}
	})
}

const (
	breaksControlPlane = "it kills or pauses parts of the cluster"
	readsNodes         = "it reads the logs on the nodes"
	partOfAll          = "it is a part of TestScripts"
	needsKubelet       = "it needs a real kubelet"
	needsOwnKubelet    = "it needs a real kubelet of our own"
)
