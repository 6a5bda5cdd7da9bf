package identity

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Pods reads a list of pods while it comes from the API server. Of the many pods of a cluster few are kept, and of those
// little (see Trim): what Trim would remove is left out before a pod is decoded, which is most of it.
type Pods struct {
	meta  metav1.ListMeta
	list  *bufio.Reader // a PodList in protobuf; nil where the answer came in JSON
	left  int           // bytes of it
	given []corev1.Pod  // those of a list in JSON

	whole, kept []byte // memory that is used for one pod after the other
}

// message is what is read of a message: fields by their numbers in generated.proto. Those with nil are read whole.
type message map[uint64]message

const (
	listMeta  = 1 // of a PodList, in front of its items
	listItems = 2
	rawObject = 2 // of the envelope, runtime.Unknown
)

// magic begins a protobuf answer.
const magic = "k8s\x00"

var (
	containerStatus = message{1: nil, 2: nil, 4: nil, 5: nil, 8: nil} // name, state, ready, restartCount, containerID
	trimmedPod      = message{
		// All of the metadata but managedFields.
		1: message{1: nil, 2: nil, 3: nil, 4: nil, 5: nil, 6: nil, 7: nil, 8: nil, 9: nil, 10: nil, 11: nil, 12: nil, 13: nil, 14: nil},
		// containers' names, nodeName, hostNetwork, hostname, subdomain, initContainers' names and
		// restartPolicy, hostnameOverride
		2: message{2: message{1: nil}, 10: nil, 11: nil, 16: nil, 17: nil, 20: message{1: nil, 24: nil}, 41: nil},
		// phase, conditions, message, reason, hostIP, podIP, startTime, containerStatuses,
		// qosClass, initContainerStatuses, nominatedNodeName, podIPs, hostIPs
		3: message{1: nil, 2: nil, 3: nil, 4: nil, 5: nil, 6: nil, 7: nil, 8: containerStatus, 9: nil, 10: containerStatus, 11: nil, 12: nil, 16: nil},
	}
)

// ReadPods reads the head of an answer.
func ReadPods(answer io.Reader) (*Pods, error) {
	p := &Pods{list: bufio.NewReaderSize(answer, 32<<10)}
	begin, err := p.list.Peek(len(magic))
	if string(begin) != magic {
		var list corev1.PodList
		if err := json.NewDecoder(p.list).Decode(&list); err != nil {
			return nil, fmt.Errorf("list of pods: %w", err)
		}
		return &Pods{meta: list.ListMeta, given: list.Items}, nil
	}
	if err == nil {
		_, err = p.list.Discard(len(magic))
	}
	if err == nil {
		p.left = math.MaxInt // the envelope has no length of its own
		p.left, err = p.field(rawObject)
	}
	var head int
	if err == nil {
		head, err = p.field(listMeta)
	}
	if err == nil {
		err = p.read(head)
	}
	if err == nil {
		err = p.meta.Unmarshal(p.whole)
	}
	if err != nil {
		return nil, fmt.Errorf("list of pods: %w", err)
	}
	return p, nil
}

// Continue is the token of the next page, "" on the last one.
func (p *Pods) Continue() string { return p.meta.Continue }

// Next decodes the next pod, as Trim leaves it but for its annotations. After the last one the error is io.EOF.
func (p *Pods) Next() (*corev1.Pod, error) {
	if p.list == nil {
		if len(p.given) == 0 {
			return nil, io.EOF
		}
		pod := p.given[0] // a copy, or who keeps it would keep them all
		p.given = p.given[1:]
		return &pod, nil
	}
	if p.left == 0 {
		return nil, io.EOF
	}
	pod, err := p.next()
	if err != nil {
		return nil, fmt.Errorf("list of pods: %w", err)
	}
	return pod, nil
}

func (p *Pods) next() (*corev1.Pod, error) {
	length, err := p.field(listItems)
	if err != nil {
		return nil, err
	}
	if err := p.read(length); err != nil {
		return nil, err
	}
	if p.kept, err = trimmedPod.keep(p.kept[:0], p.whole); err != nil {
		return nil, err
	}
	pod := new(corev1.Pod)
	return pod, pod.Unmarshal(p.kept)
}

var errEncoding = errors.New("is no valid protobuf")

// podMost bounds what a pod may claim to be long, in bytes: the API server takes no larger objects.
const podMost = 64 << 20

// read reads a message of that length into p.whole.
func (p *Pods) read(length int) error {
	if length > podMost {
		return errEncoding
	}
	p.whole = slices.Grow(p.whole[:0], length)[:length]
	n, err := io.ReadFull(p.list, p.whole)
	p.left -= n
	return unexpected(err)
}

// unexpected names an end within a message.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// field reads on to the field of that number and returns its length. Fields with smaller numbers, which come first, are
// skipped.
func (p *Pods) field(wanted uint64) (int, error) {
	for {
		tag, err := p.varint()
		if err != nil {
			return 0, err
		}
		number, kind := splitTag(tag)
		if kind != bytesType || number > wanted {
			return 0, errEncoding
		}
		length, err := p.varint()
		switch {
		case err != nil:
			return 0, err
		case length > uint64(p.left):
			return 0, errEncoding
		case number == wanted:
			return int(length), nil
		}
		if _, err := p.list.Discard(int(length)); err != nil {
			return 0, unexpected(err)
		}
		p.left -= int(length)
	}
}

func (p *Pods) varint() (value uint64, err error) {
	for shift := 0; shift < 64; shift += 7 {
		b, err := p.list.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		if p.left--; p.left < 0 {
			return 0, errEncoding
		}
		if value |= uint64(b&0x7f) << shift; b < 0x80 {
			return value, nil
		}
	}
	return 0, errEncoding
}

// keep appends the fields of an encoded message that are wanted.
func (m message) keep(to, from []byte) ([]byte, error) {
	for len(from) > 0 {
		f, err := firstField(from)
		if err != nil {
			return nil, err
		}
		inner, wanted := m[f.number]
		switch {
		case wanted && inner == nil:
			to = append(to, f.encoded...)
		case wanted && f.kind == bytesType:
			if to, err = inner.keepWithin(to, f.number, f.content); err != nil {
				return nil, err
			}
		}
		from = from[len(f.encoded):]
	}
	return to, nil
}

// lengthBytes is room for the length of what has been kept of a message, which is known afterwards: 4 bytes hold 256 MiB.
const lengthBytes = 4

// keepWithin appends what is wanted of an inner message, as a field of that number.
func (m message) keepWithin(to []byte, number uint64, text []byte) ([]byte, error) {
	to = binary.AppendUvarint(to, number<<3|bytesType)
	begin := len(to)
	to, err := m.keep(append(to, make([]byte, lengthBytes)...), text)
	if err != nil {
		return nil, err
	}
	length := len(to) - begin - lengthBytes
	for i := range lengthBytes {
		to[begin+i] = byte(length>>(7*i))&0x7f | 0x80 // a varint may have leading zeros
	}
	to[begin+lengthBytes-1] &= 0x7f
	return to, nil
}
