package cost

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Table writes a line a row, under a line for each group; it is at most 100 columns wide.
func Table(w io.Writer, rows []Row) error {
	const format = "%-47s %11s %11s %7s %10s   %s"
	lines := []string{fmt.Sprintf(format, "", "OURS", "KUBECTL", "RATIO", "LIMIT", "")}
	group := ""
	for _, r := range rows {
		if r.Group != group {
			if group != "" {
				lines = append(lines, "")
			}
			group = r.Group
			lines = append(lines, group)
		}
		kubectl, ratio, verdict := "", "", "ok"
		switch {
		case r.Never:
			kubectl = never
		case r.Kubectl != nil:
			kubectl = figure(*r.Kubectl, r.Unit)
		}
		if value, ok := r.Ratio(); ok {
			ratio = strconv.FormatFloat(value, 'f', 2, 64) + "x"
		}
		if !r.OK() {
			verdict = "MISSED"
		}
		lines = append(lines, fmt.Sprintf(format, "  "+r.Name, figure(r.Ours, r.Unit), kubectl, ratio, r.Limit, verdict))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
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
