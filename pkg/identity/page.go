package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Page is a list of pods as the API server sends it. Of the many pods of a cluster few are kept, and of those little (see
// Trim): what Trim would remove is left out before anything is decoded, which is most of it.
type Page struct {
	meta metav1.ListMeta
	list []byte // a PodList in protobuf; nil where the answer came in JSON
	pods []corev1.Pod
}

// message is what is read of a message: fields by their numbers in generated.proto. Those with nil are read whole.
type message map[protowire.Number]message

const (
	listMeta  = 1 // of a PodList
	listItems = 2
	rawObject = 2 // of the envelope, runtime.Unknown
)

// magic begins a protobuf answer.
var magic = []byte("k8s\x00")

var (
	containerStatus = message{1: nil, 2: nil, 5: nil, 8: nil} // name, state, restartCount, containerID
	trimmedPods     = message{listItems: message{
		// All of the metadata but managedFields.
		1: message{1: nil, 2: nil, 3: nil, 4: nil, 5: nil, 6: nil, 7: nil, 8: nil, 9: nil, 10: nil, 11: nil, 12: nil, 13: nil, 14: nil},
		// containers' names, nodeName, hostNetwork, hostname, subdomain, hostnameOverride
		2: message{2: message{1: nil}, 10: nil, 11: nil, 16: nil, 17: nil, 41: nil},
		// phase, conditions, message, reason, hostIP, podIP, startTime, containerStatuses, qosClass, nominatedNodeName, podIPs
		3: message{1: nil, 2: nil, 3: nil, 4: nil, 5: nil, 6: nil, 7: nil, 8: containerStatus, 9: nil, 11: nil, 12: nil, 16: nil},
	}}
)

// ReadPage reads the head of an answer, which has to stay as it is until Pods returns.
func ReadPage(answer []byte) (*Page, error) {
	envelope, ok := bytes.CutPrefix(answer, magic)
	if !ok {
		var list corev1.PodList
		if err := json.Unmarshal(answer, &list); err != nil {
			return nil, fmt.Errorf("list of pods: %w", err)
		}
		return &Page{meta: list.ListMeta, pods: list.Items}, nil
	}
	list, err := field(envelope, rawObject)
	if err != nil {
		return nil, err
	}
	head, err := field(list, listMeta)
	if err != nil {
		return nil, err
	}
	p := &Page{list: list}
	return p, p.meta.Unmarshal(head)
}

// Continue is the token of the next page, "" on the last one.
func (p *Page) Continue() string { return p.meta.Continue }

// Pods decodes the pods, as Trim leaves them but for their annotations. The buffer is used, and may be given again.
func (p *Page) Pods(buffer *[]byte) ([]corev1.Pod, error) {
	if p.list == nil {
		return p.pods, nil
	}
	var err error
	if *buffer, err = trimmedPods.keep((*buffer)[:0], p.list); err != nil {
		return nil, err
	}
	var list corev1.PodList
	if err := list.Unmarshal(*buffer); err != nil {
		return nil, fmt.Errorf("list of pods: %w", err)
	}
	return list.Items, nil
}

var errEncoding = errors.New("list of pods: is no valid protobuf")

// keep appends the fields of an encoded message that are wanted.
func (m message) keep(to, from []byte) ([]byte, error) {
	for len(from) > 0 {
		number, kind, head := protowire.ConsumeTag(from)
		if head < 0 {
			return nil, errEncoding
		}
		value := protowire.ConsumeFieldValue(number, kind, from[head:])
		if value < 0 {
			return nil, errEncoding
		}
		inner, wanted := m[number]
		switch {
		case wanted && inner == nil:
			to = append(to, from[:head+value]...)
		case wanted && kind == protowire.BytesType:
			text, _ := protowire.ConsumeBytes(from[head:]) // it has been measured
			var err error
			if to, err = inner.keepWithin(to, number, text); err != nil {
				return nil, err
			}
		}
		from = from[head+value:]
	}
	return to, nil
}

// lengthBytes is room for the length of what has been kept of a message, which is known afterwards: 4 bytes hold 256 MiB.
const lengthBytes = 4

// keepWithin appends what is wanted of an inner message, as a field of that number.
func (m message) keepWithin(to []byte, number protowire.Number, text []byte) ([]byte, error) {
	to = protowire.AppendTag(to, number, protowire.BytesType)
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

// field is the first field of that number, which holds bytes.
func field(text []byte, wanted protowire.Number) ([]byte, error) {
	for len(text) > 0 {
		number, kind, head := protowire.ConsumeTag(text)
		if head < 0 {
			return nil, errEncoding
		}
		if number == wanted && kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(text[head:])
			if n < 0 {
				return nil, errEncoding
			}
			return value, nil
		}
		n := protowire.ConsumeFieldValue(number, kind, text[head:])
		if n < 0 {
			return nil, errEncoding
		}
		text = text[head+n:]
	}
	return nil, nil
}
