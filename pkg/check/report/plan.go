package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kubectl-leader/kubectl-leader/pkg/check"
)

// WritePlan writes what a run would do, a line a check. The error is the writer's.
func WritePlan(w io.Writer, checkpoints []check.Checkpoint) error {
	var out bytes.Buffer
	named := slices.ContainsFunc(checkpoints, func(c check.Checkpoint) bool { return c.Name != "" })
	checks, deletes := 0, 0
	for i, checkpoint := range checkpoints {
		if named {
			put(&out, title(checkpoint.Name, i+1, "")+within(checkpoint.Timeout))
		}
		for _, spec := range checkpoint.Checks {
			e := entry{Outcome: check.Outcome{Spec: spec}, answer: failed} // a headline without an answer
			put(&out, "      "+oneLine(spec.Lock.String())+": "+e.headline())
			if checks++; spec.Delete != nil {
				deletes++
			}
		}
	}
	noun := "checks are"
	if checks == 1 {
		noun = "check is"
	}
	fmt.Fprintf(&out, "%d %s well-formed", checks, noun)
	switch deletes {
	case 0:
	case 1:
		out.WriteString("; a run would delete a pod, the leader")
	default:
		fmt.Fprintf(&out, "; a run would delete %d pods, the leader each time", deletes)
	}
	out.WriteString("\n")
	_, err := w.Write(out.Bytes())
	return err
}

func within(timeout *time.Duration) string {
	if timeout == nil {
		return ""
	}
	return fmt.Sprintf(" (within %s)", *timeout)
}
