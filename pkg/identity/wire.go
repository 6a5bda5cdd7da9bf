package identity

import "encoding/binary"

// What is read of protobuf's encoding (https://protobuf.dev/programming-guides/encoding).
// google.golang.org/protobuf has it as protowire; to initialize that package, the program reads
// parts of its own file at each start.

// The types of fields. There are two more, of groups, which Kubernetes does not have.
const (
	varintType  = 0
	fixed64Type = 1
	bytesType   = 2
	fixed32Type = 5
)

// splitTag takes the number and the type of a field apart.
func splitTag(tag uint64) (number, kind uint64) { return tag >> 3, tag & 7 }

// uvarint is binary.Uvarint, quicker for a single byte, which most tags and lengths are.
func uvarint(b []byte) (value uint64, length int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

// field is a field as it is encoded.
type field struct {
	number, kind uint64
	encoded      []byte // all of it, with its tag
	content      []byte // of a field of bytesType: a string, or a message
}

// firstField reads the first field of a message.
func firstField(message []byte) (f field, err error) {
	tag, head := uvarint(message)
	if head <= 0 {
		return f, errEncoding
	}
	f.number, f.kind = splitTag(tag)
	rest := message[head:]
	length := 0 // of the value
	switch f.kind {
	case varintType:
		_, length = uvarint(rest)
	case fixed64Type:
		length = 8
	case fixed32Type:
		length = 4
	case bytesType:
		size, prefix := uvarint(rest)
		if prefix <= 0 || size > uint64(len(rest)-prefix) {
			return f, errEncoding
		}
		length = prefix + int(size)
		f.content = rest[prefix:length]
	}
	if f.number == 0 || length <= 0 || length > len(rest) {
		return f, errEncoding
	}
	f.encoded = message[:head+length]
	return f, nil
}
