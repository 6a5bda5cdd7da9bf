package measure

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Leader checks that a pod's name is printed, or an identity that begins with it and "_".
func Leader(pod string) func(io.Reader) error {
	return func(stdout io.Reader) error {
		text, err := io.ReadAll(stdout)
		if err != nil {
			return err
		}
		if name, _, _ := strings.Cut(strings.TrimSpace(string(text)), "_"); name != pod {
			return fmt.Errorf("printed %q, want pod %s", text, pod)
		}
		return nil
	}
}

// Lock names an election.
type Lock struct{ Namespace, Name string }

// Leaders checks that a table has a row for each election, with the pod that leads it, and no row of anything else. Its
// columns NAMESPACE, LOCK and LEADER are found by their names; up to them no cell may be empty.
func Leaders(want map[Lock]string) func(io.Reader) error {
	return func(stdout io.Reader) error {
		lines := bufio.NewScanner(stdout)
		lines.Scan() // without a line there is no column either
		header := strings.Fields(lines.Text())
		namespace, lock, leader := slices.Index(header, "NAMESPACE"), slices.Index(header, "LOCK"), slices.Index(header, "LEADER")
		if namespace < 0 || lock < 0 || leader < 0 {
			return fmt.Errorf("no columns NAMESPACE, LOCK and LEADER in its first line %q", lines.Text())
		}
		var wrong, surplus faults
		seen := map[Lock]bool{}
		for lines.Scan() {
			cells := strings.Fields(lines.Text())
			if len(cells) <= max(namespace, lock, leader) {
				surplus.add("%q", lines.Text())
				continue
			}
			l := Lock{cells[namespace], cells[lock]}
			pod, exists := want[l]
			switch {
			case !exists || seen[l]:
				surplus.add("%q", lines.Text())
			case cells[leader] != pod:
				wrong.add("%s/%s: got %s, want %s", l.Namespace, l.Name, cells[leader], pod)
			}
			seen[l] = true
		}
		var missing faults
		for l := range want {
			if !seen[l] {
				missing.add("%s/%s", l.Namespace, l.Name)
			}
		}
		return errors.Join(lines.Err(), missing.err("%d of %d elections have no row", len(want)),
			wrong.err("%d of %d leaders are wrong", len(want)), surplus.err("%d rows too many for %d elections", len(want)))
	}
}

// Counts checks that lines of a name and a count are printed, with at least these counts.
func Counts(want map[string]int) func(io.Reader) error {
	return func(stdout io.Reader) error {
		var missing faults
		got := map[string]int{}
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			name, text, _ := strings.Cut(lines.Text(), " ")
			count, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("no count in %q", lines.Text())
			}
			got[name] = count
		}
		for name, least := range want {
			if got[name] < least {
				missing.add("%s: %d, want at least %d", name, got[name], least)
			}
		}
		return errors.Join(lines.Err(), missing.err("%d of %d counts are too small", len(want)))
	}
}

// Rows checks that there are at least so many lines after the header.
func Rows(want int) func(io.Reader) error {
	return func(stdout io.Reader) error {
		rows := -1
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			rows++
		}
		if err := lines.Err(); err != nil {
			return err
		}
		if rows < want {
			return fmt.Errorf("%d rows, want at least %d", max(0, rows), want)
		}
		return nil
	}
}

// faults counts faults of one kind, and keeps one of them as an example.
type faults struct {
	count   int
	example string
}

func (f *faults) add(format string, args ...any) {
	if f.count == 0 {
		f.example = fmt.Sprintf(format, args...)
	}
	f.count++
}

// err is nil without a fault. The format takes the number of faults and that of all.
func (f *faults) err(format string, all int) error {
	if f.count == 0 {
		return nil
	}
	return fmt.Errorf(format+", such as %s", f.count, all, f.example)
}
