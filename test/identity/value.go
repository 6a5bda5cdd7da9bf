package identity

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// The types here take all forms in which a case may write them. What is given twice, in two spellings, adds up.

// object is the JSON of an object. A list of objects that have names is understood, too: by their names.
type object json.RawMessage

func (o *object) UnmarshalJSON(data []byte) error {
	fields, ok := objectOf(data)
	if !ok {
		fields = map[string]json.RawMessage{}
		list := listOf(data)
		for _, one := range list {
			name, err := nameOf(one)
			if err != nil {
				return errors.New("must be an object")
			}
			fields[name] = one
		}
		if len(list) == 0 {
			return errors.New("must be an object")
		}
	}
	all := o.fields()
	maps.Copy(all, fields)
	text, err := json.Marshal(all)
	*o = text
	return err
}

// fields are those of the object, none if it is not given.
func (o object) fields() map[string]json.RawMessage {
	fields, ok := objectOf(json.RawMessage(o))
	if !ok {
		return map[string]json.RawMessage{}
	}
	return fields
}

func nameOf(raw json.RawMessage) (string, error) {
	fields, _ := objectOf(raw)
	for _, key := range []string{"id", "identity", "name"} {
		if name, err := textOf(fields[key]); err == nil && name != "" {
			return name, nil
		}
	}
	return "", errors.New("has no name")
}

// selector is labels as one writes them for kubectl.
var selector = regexp.MustCompile(`^[\w./-]+=[\w.-]*(\s*,\s*[\w./-]+=[\w.-]*)*$`)

// texts maps a key to a text. A value that a case writes as JSON is the text of that JSON. A text of a form of its own is
// the value of the empty key: it stands for the record, wherever the lock keeps that.
type texts map[string]string

func (t *texts) UnmarshalJSON(data []byte) error {
	if *t == nil {
		*t = texts{}
	}
	fields, ok := objectOf(data)
	text := valueText(data)
	_, isRecord := fields["holderIdentity"]
	_, isKured := fields["nodeID"]
	switch {
	case isRecord || isKured:
		(*t)[""] = text
		return nil
	case ok:
	case data[0] == '[':
		return t.addList(listOf(data))
	case data[0] != '"':
		return errors.New("must be an object")
	case selector.MatchString(text):
		return t.addList(listOf(data))
	case text != "":
		(*t)[""] = text
	}
	for key, value := range fields {
		if !isNull(value) {
			(*t)[key] = valueText(value)
		}
	}
	return nil
}

// addList adds what is written as KEY=VALUE, or as an object with a key and a value.
func (t texts) addList(list []json.RawMessage) error {
	for _, one := range list {
		fields, _ := objectOf(one)
		key, value := valueText(fields["key"]), valueText(fields["value"])
		if text, err := textOf(one); err == nil {
			key, value, _ = strings.Cut(text, "=")
		}
		if key == "" {
			return errors.New("must be an object")
		}
		t[key] = value
	}
	return nil
}

// addresses are those of a node: a map by type, to one or to several, or a list as in the node's status.
type addresses []corev1.NodeAddress

func (a *addresses) UnmarshalJSON(data []byte) error {
	defer func() {
		for i := range *a {
			(*a)[i].Type = addressType((*a)[i])
		}
	}()
	fields, ok := objectOf(data)
	if _, one := fields["address"]; ok && !one {
		for _, kind := range slices.Sorted(maps.Keys(fields)) {
			for _, raw := range listOf(fields[kind]) {
				address, err := textOf(raw)
				if err != nil {
					return fmt.Errorf("%s: %w", kind, err)
				}
				*a = append(*a, corev1.NodeAddress{Type: corev1.NodeAddressType(kind), Address: address})
			}
		}
		return nil
	}
	for _, raw := range listOf(data) {
		var one corev1.NodeAddress
		if address, err := textOf(raw); err == nil {
			one.Address = address
		} else if json.Unmarshal(raw, &one) != nil || one.Address == "" {
			return errors.New("must map types to addresses")
		}
		*a = append(*a, one)
	}
	return nil
}

// addressType is the type of an address as the API spells it, or the usual one of such an address.
func addressType(a corev1.NodeAddress) corev1.NodeAddressType {
	for _, known := range []corev1.NodeAddressType{
		corev1.NodeHostName, corev1.NodeInternalIP, corev1.NodeExternalIP, corev1.NodeInternalDNS, corev1.NodeExternalDNS,
	} {
		if plain(string(a.Type)) == plain(string(known)) {
			return known
		}
	}
	if _, err := netip.ParseAddr(a.Address); a.Type == "" && err == nil {
		return corev1.NodeInternalIP
	}
	return cmp.Or(a.Type, corev1.NodeHostName)
}

// ips are a pod's: texts, or objects as in its status.
type ips []string

func (p *ips) UnmarshalJSON(data []byte) error {
	for _, raw := range listOf(data) {
		ip, err := textOf(raw)
		if err != nil {
			var one corev1.PodIP
			if json.Unmarshal(raw, &one) != nil {
				return errors.New("must be addresses")
			}
			ip = one.IP
		}
		*p = append(*p, ip)
	}
	return nil
}
