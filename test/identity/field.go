package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// decode fills a struct from the fields of a JSON object, and returns those that the struct does not have. What cannot be
// read is a problem of its field alone. Into a Pod, the prefix "pod" may go, into a Node "node".
func decode(where string, fields map[string]json.RawMessage, into any) (unknown []string, problems []error) {
	value := reflect.ValueOf(into).Elem()
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		i, ok := fieldOf(into, key)
		if !ok {
			unknown = append(unknown, where+key)
			continue
		}
		if err := fill(value.Field(i).Addr().Interface(), fields[key]); err != nil {
			problems = append(problems, fmt.Errorf("field %s%s: %w", where, key, err))
		}
	}
	return unknown, problems
}

// fieldOf is the index of the struct's field of a name: that of its json tag, or one of its also tag.
func fieldOf(into any, key string) (index int, ok bool) {
	name, short := plain(key), ""
	switch into.(type) {
	case *Pod:
		short = strings.TrimPrefix(name, "pod")
	case *Node:
		short = strings.TrimPrefix(name, "node")
	}
	fields := reflect.TypeOf(into).Elem()
	for i := range fields.NumField() {
		tag := fields.Field(i).Tag
		if tag.Get("json") == "-" {
			continue
		}
		for _, spelling := range append(strings.Fields(tag.Get("also")), tag.Get("json")) {
			if spelling = plain(spelling); spelling == name || spelling == short {
				return i, true
			}
		}
	}
	return 0, false
}

// plain is a word without what differs from hand to hand: case, and what separates its parts.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, word)
}

// fill reads a value, of any form that can be understood as one of the type. Null and an empty text say nothing.
func fill(into any, raw json.RawMessage) (err error) {
	if isNull(raw) || string(raw) == `""` {
		return nil
	}
	text, notText := textOf(raw)
	switch into := into.(type) {
	case *string:
		if text != "" {
			*into = text
		}
		return notText
	case *bool:
		if notText == nil && text != "" {
			*into, err = boolOf(text)
		}
		return errors.Join(notText, err)
	case *int64:
		if notText == nil && text != "" {
			*into, err = secondsOf(text)
		}
		return errors.Join(notText, err)
	}
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, into); errors.As(err, &wrong) {
		return fmt.Errorf("cannot be a %s", wrong.Value)
	} else if err != nil {
		return err
	}
	return nil
}
