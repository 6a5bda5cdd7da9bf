package scenarios

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// patience bounds every wait of a scenario. It says "not for ever" and nothing about speed: it is
// never waited out when all is well.
const patience = 3 * time.Minute

const (
	// quickLookup is how long `holder` takes on the machine for which short durations are chosen:
	// two cores, nothing else to do.
	quickLookup = 30 * time.Millisecond
	// maxSlowdown keeps a scaled Lease shorter than the minute for which commands wait for a leader
	// by default.
	maxSlowdown = 5
)

// slowdown is how many times longer an operation takes here than on that machine, at least 1.
// Durations that a scenario has to wait out are multiplied by it. It is set once, when the cluster
// has started.
var slowdown = 1.0

// measureSlowdown times the plugin on the cluster: the start of a process, TLS, the API server and
// etcd all take part in that.
func (l *lab) measureSlowdown() error {
	const runs = 11
	var took []time.Duration
	for range runs {
		cmd := exec.Command(filepath.Join(l.bin, "kubectl-leader"), "holder", "none", "--namespace=default", "--kubeconfig="+l.kubeconfig)
		began := time.Now()
		err := cmd.Run()
		took = append(took, time.Since(began))
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			return fmt.Errorf("%v: %w, want exit code 1", cmd.Args, err)
		}
	}
	slices.Sort(took)
	median := took[runs/2]
	slowdown = min(max(1, median.Seconds()/quickLookup.Seconds()), maxSlowdown)
	fmt.Printf("A lookup takes %s, so short durations are multiplied by %.1f.\n", median.Round(time.Millisecond), slowdown)
	return nil
}

// scaled is a short duration for this machine, in whole seconds as Leases have them.
func scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) * slowdown).Round(time.Second)
}

// brief is how long the Lease of an operator lasts whose scenario is about its expiry.
func brief() time.Duration { return scaled(8 * time.Second) }

// timings returns the operator's flags. By default its leader keeps the Lease even where all takes
// ten times as long: a scenario that needs no expiry must not meet one.
func timings(brief time.Duration) []string {
	lease, deadline := time.Minute, 50*time.Second
	if brief > 0 {
		lease, deadline = brief, brief*3/4
	}
	return []string{
		"--lease-duration=" + lease.String(), "--renew-deadline=" + deadline.String(), "--retry-period=500ms", "--grace=30s",
	}
}

// outlasting are the flags of an operator whose leader keeps the Lease through an outage, or dead,
// for as long as a scenario takes on any machine.
func outlasting(more ...string) []string {
	return append([]string{"--lease-duration=30m", "--renew-deadline=20m"}, more...)
}

// respite is the pause after something that is done again and again. It is as long as that took, so
// that a slow machine is asked less often, and never more than a second.
func respite(took time.Duration) <-chan time.Time {
	return time.After(min(max(took, 50*time.Millisecond), time.Second))
}

// seconds is a duration as an environment variable has it.
func seconds(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
