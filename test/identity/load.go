package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
)

// Load reads a file of cases: a JSON list. Warnings name the fields that are not known.
func Load(path string) (cases []Case, warnings []string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var raw []map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, nil, fmt.Errorf("%s: not a JSON list of cases: %w", path, err)
	}
	if len(raw) == 0 {
		return nil, nil, fmt.Errorf("%s: no cases in it", path)
	}
	var problems []error
	for i, fields := range raw {
		one, unknown, err := parse(i, fields)
		found := []error{err}
		if err == nil {
			found = one.check()
		}
		for _, err := range found {
			problems = append(problems, fmt.Errorf("%s: case %s: %w", path, one.ID, err))
		}
		for _, field := range unknown {
			warnings = append(warnings, fmt.Sprintf("case %s: field %q is not known and ignored", one.ID, field))
		}
		cases = append(cases, one)
	}
	return cases, warnings, errors.Join(problems...)
}

// parse reads the case at a position of its file.
func parse(position int, fields map[string]json.RawMessage) (c Case, unknown []string, err error) {
	c.ID = strings.Trim(string(fields["id"]), `"`)
	if c.ID == "" {
		c.ID = fmt.Sprintf("at position %d", position+1)
	}
	own, pod := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for key, value := range fields {
		switch {
		case key == "id", key == "decoys":
		case key == "nodeName", strings.HasPrefix(key, "pod"):
			pod[key] = value
		default:
			own[key] = value
		}
	}
	var decoys []map[string]json.RawMessage
	if raw, ok := fields["decoys"]; ok {
		if err := json.Unmarshal(raw, &decoys); err != nil {
			return c, nil, fmt.Errorf("field decoys: %w", err)
		}
	}
	c.Decoys = make([]Pod, len(decoys))
	var problems []error
	take := func(where string, fields map[string]json.RawMessage, into any) {
		more, err := decode(where, fields, into)
		unknown, problems = append(unknown, more...), append(problems, err)
	}
	take("", own, &c)
	take("", pod, &c.Pod)
	for i := range decoys {
		take(fmt.Sprintf("decoys[%d].", i), decoys[i], &c.Decoys[i])
	}
	slices.Sort(unknown)
	return c, unknown, errors.Join(problems...)
}

// decode fills into from the fields and returns those that it does not know. Into a Pod, the prefix "pod" goes.
func decode(where string, fields map[string]json.RawMessage, into any) (unknown []string, err error) {
	_, isPod := into.(*Pod)
	for key, value := range fields {
		name := key
		if rest, found := strings.CutPrefix(key, "pod"); isPod && found {
			name = rest
		}
		if !knows(into, name) {
			unknown = append(unknown, where+key)
			continue
		}
		// One at a time, so that an error can name its field.
		object, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			return nil, err
		}
		var wrong *json.UnmarshalTypeError
		switch err := json.Unmarshal(object, into); {
		case errors.As(err, &wrong):
			return nil, fmt.Errorf("field %s%s: cannot be a %s", where, key, wrong.Value)
		case err != nil:
			return nil, fmt.Errorf("field %s%s: %w", where, key, err)
		}
	}
	return unknown, nil
}

// knows tells whether the struct has a field of that JSON name, in whatever case: JSON decoding does not mind it either.
func knows(into any, name string) bool {
	fields := reflect.TypeOf(into).Elem()
	for i := range fields.NumField() {
		if tag := fields.Field(i).Tag.Get("json"); tag != "-" && strings.EqualFold(tag, name) {
			return true
		}
	}
	return false
}
