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
		var t time.Time
		if t.UnmarshalText(stamp) == nil { // RFC 3339
			return line{raw, text, t}
		}
	}
	return line{raw: raw, text: raw}
}
