package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Load reads a file of cases: a JSON list, alone or in an object. A case that cannot be understood has a Flaw and takes no
// other down. Warnings name the fields that are not known, in one line a case.
func Load(path string) (cases []Case, warnings []string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	list, err := caseList(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, raw := range list {
		one, unknown := parse(i, raw)
		if len(unknown) > 0 {
			warnings = append(warnings, fmt.Sprintf("case %s: not known and ignored: %s", one.ID, strings.Join(unknown, ", ")))
		}
		cases = append(cases, one)
	}
	return cases, warnings, nil
}

// caseList are the cases in a file's JSON: of a list, of an object that has a list of objects, or the object itself if it
// is a case.
func caseList(data []byte) (list []json.RawMessage, err error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) // Windows' mark
	if !json.Valid(data) {
		return nil, fmt.Errorf("not JSON: %w", json.Unmarshal(data, &list))
	}
	wrapper, isObject := objectOf(data)
	if isObject {
		if hasField(wrapper, "lockName") {
			return []json.RawMessage{data}, nil
		}
		for _, key := range append([]string{"cases"}, slices.Sorted(maps.Keys(wrapper))...) {
			if json.Unmarshal(wrapper[key], &list) == nil && slices.ContainsFunc(list, isObjectJSON) {
				return list, nil
			}
		}
		return nil, errors.New("not a list of cases, nor an object that has one")
	}
	if json.Unmarshal(data, &list) != nil || len(list) > 0 && !slices.ContainsFunc(list, isObjectJSON) {
		return nil, errors.New("not a list of cases")
	}
	if len(list) == 0 {
		return nil, errors.New("no cases in it")
	}
	return list, nil
}

func isObjectJSON(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// hasField tells that one of the fields is called so, in whatever spelling.
func hasField(fields map[string]json.RawMessage, name string) bool {
	for key := range fields {
		if plain(key) == plain(name) {
			return true
		}
	}
	return false
}

// podFields are those of the case's own pod that need no prefix.
var podFields = []string{"nodename", "node", "hostnetwork", "containers"}

// parse reads the case at a position of its file.
func parse(position int, raw json.RawMessage) (c Case, unknown []string) {
	c.ID = fmt.Sprintf("at position %d", position+1)
	defer func() {
		if c.Flaw == nil {
			c.Flaw = oneLine(c.check())
		}
	}()
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		c.Flaw = errors.New("not an object")
		return c, nil
	}
	own, pod := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	var problems []error
	note := func(more []string, found []error) {
		unknown, problems = append(unknown, more...), append(problems, found...)
	}
	for key, value := range fields {
		_, known := fieldOf(&c, key)
		switch name := plain(key); {
		case name == "id":
			if id, err := textOf(value); err == nil && id != "" {
				c.ID = id
			}
		case name == "pod":
			note(parsePod("pod.", value, &c.Pod))
		case name == "decoys", name == "candidates", name == "nodes": // below, as they build on the rest
		case !known && strings.HasPrefix(name, "pod"), slices.Contains(podFields, name):
			pod[key] = value
		default:
			own[key] = value
		}
	}
	note(decode("", own, &c))
	note(decode("", pod, &c.Pod))
	for key, value := range fields {
		for i, raw := range listOf(value) {
			where := fmt.Sprintf("%s[%d].", key, i)
			switch plain(key) {
			case "decoys":
				var decoy Pod
				note(parsePod(where, raw, &decoy))
				c.Decoys = append(c.Decoys, decoy)
			case "candidates":
				var candidate Pod
				note(parsePod(where, raw, &candidate))
				candidate.likeOf(c.Pod)
				c.Candidates = append(c.Candidates, candidate)
			case "nodes":
				var node Node
				note(parseNode(where, raw, &node))
				c.Nodes = append(c.Nodes, node)
			}
		}
	}
	slices.Sort(unknown)
	c.Flaw = oneLine(problems)
	return c, unknown
}

// parsePod reads a pod: an object, or NAME or NAMESPACE/NAME.
func parsePod(where string, raw json.RawMessage, pod *Pod) (unknown []string, problems []error) {
	if name, err := textOf(raw); err == nil {
		pod.Name = name
		return nil, nil
	}
	fields, ok := objectOf(raw)
	if !ok {
		return nil, []error{fmt.Errorf("field %s: must be a pod", strings.TrimSuffix(where, "."))}
	}
	return decode(where, fields, pod)
}

func parseNode(where string, raw json.RawMessage, node *Node) (unknown []string, problems []error) {
	if name, err := textOf(raw); err == nil {
		node.Name = name
		return nil, nil
	}
	fields, _ := objectOf(raw)
	return decode(where, fields, node)
}

// oneLine is all problems in one error of one line, or nil.
func oneLine(problems []error) error {
	var lines []string
	for _, problem := range problems {
		lines = append(lines, strings.Join(strings.Fields(problem.Error()), " "))
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "; "))
}
