package check

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/itchyny/gojq"
)

type form int

const (
	absent    form = iota // there is none: no such sample
	null                  // JSON null, or a field that is not there
	text                  // an output as it is
	str                   // a JSON string
	numeric               // a JSON number, a sample
	boolean               //
	composite             // an array or an object
)

// Value is what evidence says, before it is judged. The zero Value is absent.
type Value struct {
	form form
	// plain is what jq -r would print of it.
	plain string
	data  any // of a composite
}

// Text is a whole output, or several results on a line each.
func Text(output string) Value { return Value{form: text, plain: output} }

// fromJSON is one result of a jq program.
func fromJSON(data any) Value {
	switch data := data.(type) {
	case nil:
		return Value{form: null, plain: "null"}
	case string:
		return Value{form: str, plain: data}
	case bool:
		return Value{form: boolean, plain: marshal(data)}
	case []any, map[string]any:
		return Value{form: composite, plain: marshal(data), data: data}
	}
	return Value{form: numeric, plain: marshal(data)}
}

// marshal writes JSON as jq -c does. gojq's own values are all that it gets, so that it cannot fail.
func marshal(data any) string {
	out, err := gojq.Marshal(data)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

// exists: an empty text is no value, as with jq -r of a missing field.
func (v Value) exists() bool {
	switch v.form {
	case absent, null:
		return false
	case text, str:
		return strings.TrimSpace(v.plain) != ""
	}
	return true
}

// number is the value as a number, where it is one or spells one.
func (v Value) number() (number, bool) {
	switch v.form {
	case numeric, text, str:
		return parseNumber(strings.TrimSpace(v.plain))
	}
	return number{}, false
}

// texts are the spellings of the value in which a text is looked for: JSON with and without spaces.
func (v Value) texts() []string {
	if v.form != composite {
		return []string{v.plain}
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(v.plain), "", "  "); err != nil {
		return []string{v.plain}
	}
	return []string{v.plain, indented.String()}
}

func (v Value) contains(part string) bool {
	for _, text := range v.texts() {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// equals compares with an operand in its own right: numbers as numbers, JSON as JSON, text as text.
func (v Value) equals(operand string) bool {
	operand = strings.TrimSpace(operand)
	if strings.TrimSpace(v.plain) == operand {
		return true
	}
	switch v.form {
	case numeric:
		got, ok := parseNumber(v.plain)
		want, also := parseNumber(operand)
		return ok && also && got.compare(want) == 0 && !got.isNaN()
	case composite:
		wanted, err := decodeJSON([]byte(operand))
		return err == nil && len(wanted) == 1 && gojq.Compare(v.data, wanted[0]) == 0
	}
	return false
}

// String shows the value in a message, cut to a sensible length and fit for a terminal.
func (v Value) String() string {
	switch v.form {
	case absent:
		return "nothing"
	case null:
		return "null"
	case text, str:
		if strings.TrimSpace(v.plain) == "" {
			return "an empty output"
		}
		return quote(strings.TrimRight(v.plain, "\r\n"))
	}
	return cut(v.plain)
}
