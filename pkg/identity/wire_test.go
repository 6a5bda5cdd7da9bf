package identity

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestFirstField compares with protowire.
func TestFirstField(t *testing.T) {
	for name, message := range map[string][]byte{
		"a varint":       protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 1<<63),
		"8 bytes":        protowire.AppendFixed64(protowire.AppendTag(nil, 16, protowire.Fixed64Type), 7),
		"4 bytes":        protowire.AppendFixed32(protowire.AppendTag(nil, 1<<20, protowire.Fixed32Type), 7),
		"text":           protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), strings.Repeat("x", 200)),
		"nothing":        protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), ""),
		"a length of -1": protowire.AppendVarint(protowire.AppendTag(nil, 2, protowire.BytesType), 1<<64-1),
		"number 0":       {0, 1},
		"type 7":         {0xf, 1},
		"an endless tag": bytes.Repeat([]byte{0xff}, 11),
	} {
		number, _, whole := protowire.ConsumeField(message)
		for end := range len(message) + 1 {
			f, err := firstField(append(message[:end:end], "more"...)[:end])
			if complete := whole >= 0 && end == len(message); complete != (err == nil) {
				t.Errorf("%s, %d bytes of it: %v", name, end, err)
			} else if complete && (f.number != uint64(number) || len(f.encoded) != whole) {
				t.Errorf("%s: %+v, want field %d of %d bytes", name, f, number, whole)
			}
		}
	}
	f, err := firstField(append(protowire.AppendString(protowire.AppendTag(nil, 2, protowire.BytesType), "text"), 8, 1))
	if err != nil || string(f.content) != "text" {
		t.Errorf("%+v, %v", f, err)
	}
}
