package tail

import (
	"bytes"
	"time"
)

// line is one log line as the kubelet sends it when asked for timestamps.
type line struct {
	// raw is the whole line with its timestamp and, but for a last incomplete one, its newline.
	raw []byte
	// text is raw without the timestamp.
	text []byte
	// time is the timestamp; zero when the line has none, as an error that the kubelet writes into the stream.
	time time.Time
}

func parseLine(raw []byte) line {
	stamp, text, found := bytes.Cut(raw, []byte{' '})
	if found {
		if t, err := time.Parse(time.RFC3339Nano, string(stamp)); err == nil {
			return line{raw, text, t}
		}
	}
	return line{raw: raw, text: raw}
}
