package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// textOf is a JSON value where a text is expected: a number as it is written, and the parts of a list with commas between.
func textOf(raw json.RawMessage) (string, error) {
	if isNull(raw) {
		return "", nil
	}
	var text string
	switch raw[0] {
	case '"':
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		return "", errors.New("cannot be an object")
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return "", err
		}
		var parts []string
		for _, one := range list {
			part, err := textOf(one)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ","), nil
	}
	return string(raw), nil
}

// valueText is a JSON value as the value of a label, an annotation or data: a text, or the text of its JSON.
func valueText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return ""
	}
	return compact.String()
}

func boolOf(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "yes", "y", "on":
		return true, nil
	case "no", "n", "off":
		return false, nil
	}
	value, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return false, fmt.Errorf("%q is neither true nor false", text)
	}
	return value, nil
}

// isoSeconds is a duration as Java writes it.
var isoSeconds = regexp.MustCompile(`^PT[\dHM.]+S?$`)

// secondsOf is a whole number, or a duration in seconds.
func secondsOf(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if isoSeconds.MatchString(text) {
		text = strings.ToLower(strings.TrimPrefix(text, "PT"))
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return int64(number), nil
	}
	duration, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return int64(duration.Seconds()), nil
}

// listOf are the elements of a list, and what stands alone where a list is expected is its one element. The parts of a text
// are separated by commas.
func listOf(raw json.RawMessage) (list []json.RawMessage) {
	if isNull(raw) {
		return nil
	}
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return []json.RawMessage{raw}
	}
	for _, part := range strings.Split(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			quoted, _ := json.Marshal(part)
			list = append(list, quoted)
		}
	}
	return list
}

// objectOf are the fields of an object, or of one that is written as a text.
func objectOf(raw json.RawMessage) (fields map[string]json.RawMessage, ok bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = bytes.TrimSpace([]byte(text))
	}
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return nil, false
	}
	return fields, true
}
