package identity

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	// moment is a time with a date: RFC 3339 with or without a fraction, Python's naive one with a blank, ISO with +00:00.
	moment = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d|[+-]\d{4})?$`)
	// epoch is a number of seconds, or of milliseconds if it is that big.
	epoch = regexp.MustCompile(`^(\d{9,13})(?:\.(\d{1,9}))?$`)
)

const firstMilliseconds = 100_000_000_000 // as seconds: the year 5138

// move moves a time by a span and keeps its form. Any other text stays as it is.
func move(text string, span time.Duration) string {
	at, ok := parseMoment(text)
	if !ok {
		return text
	}
	at = at.Add(span)
	if layout := layoutOf(text); layout != "" {
		return at.Format(layout)
	}
	whole, fraction, fractional := strings.Cut(text, ".")
	if n, _ := strconv.ParseInt(whole, 10, 64); n >= firstMilliseconds {
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	if !fractional {
		return strconv.FormatInt(at.Unix(), 10)
	}
	return strconv.FormatInt(at.Unix(), 10) + "." + fmt.Sprintf("%09d", at.Nanosecond())[:len(fraction)]
}

// parseMoment reads a time of any form; a naive one counts as UTC, which containers run in.
func parseMoment(text string) (time.Time, bool) {
	if layout := layoutOf(text); layout != "" {
		at, err := time.Parse(layout, text)
		return at, err == nil
	}
	parts := epoch.FindStringSubmatch(text)
	if parts == nil {
		return time.Time{}, false
	}
	whole, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	if whole >= firstMilliseconds {
		return time.UnixMilli(whole), true
	}
	nanoseconds, _ := strconv.ParseInt((parts[2] + "000000000")[:9], 10, 64)
	return time.Unix(whole, nanoseconds), true
}

// layoutOf is the layout of a time with a date, or empty.
func layoutOf(text string) string {
	parts := moment.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	layout := "2006-01-02" + parts[2] + "15:04:05"
	if fraction := parts[4]; fraction != "" {
		layout += "." + strings.Repeat("0", len(fraction)-1)
	}
	switch zone := parts[5]; {
	case zone == "":
	case zone == "Z":
		layout += "Z"
	case strings.Contains(zone, ":"):
		layout += "-07:00"
	default:
		layout += "-0700"
	}
	return layout
}
