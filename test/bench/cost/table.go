package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Table writes a line a row, under a line for each group; it is at most 100 columns wide. Theirs is
// kubectl's figure unless the group says otherwise.
func Table(w io.Writer, rows []Row) error {
	const format = "%-45s %9s %9s %5s %9s %9s  %s"
	lines := []string{fmt.Sprintf(format, "", "OURS", "THEIRS", "RATIO", "LIMIT", "GOAL", "")}
	group := ""
	for _, r := range rows {
		if r.Group != group {
			if group != "" {
				lines = append(lines, "")
			}
			group = r.Group
			lines = append(lines, group)
		}
		lines = append(lines, fmt.Sprintf(format, "  "+r.Name, figure(r.Ours, r.Unit), r.theirs(), r.ratio(), r.Limit, r.goal(), r.verdict()))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

func (r Row) theirs() string {
	switch {
	case r.Never:
		return never
	case r.Theirs != nil:
		return figure(*r.Theirs, r.Unit)
	}
	return ""
}

func (r Row) ratio() string {
	value, ok := r.Ratio()
	if !ok {
		return ""
	}
	return strconv.FormatFloat(value, 'f', 2, 64) + "x"
}

func (r Row) goal() string {
	goal, found := r.Limit.Goal()
	if !found {
		return ""
	}
	return goal.String()
}

func (r Row) verdict() string {
	switch {
	case !r.OK():
		return "MISSED"
	case r.Short():
		return "short"
	}
	return "ok"
}

// figure has three digits that count, and its unit.
func figure(value float64, unit string) string {
	if unit == "" {
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	digits := 1
	switch {
	case value >= 100:
		digits = 0
	case value < 1:
		digits = 2
	}
	return strconv.FormatFloat(value, 'f', digits, 64) + " " + unit
}

// Write writes the rows to a file, as a JSON list.
func Write(path string, rows []Row) error {
	data, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}
