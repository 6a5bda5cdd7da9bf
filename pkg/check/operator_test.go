package check

import (
	"slices"
	"strings"
	"testing"
)

// value is what jq . makes of JSON.
func value(t *testing.T, json string) Value {
	t.Helper()
	data, err := decodeJSON([]byte(json))
	if err != nil || len(data) != 1 {
		t.Fatalf("%s: %v, %v", json, data, err)
	}
	return fromJSON(data[0])
}

func TestOperators(t *testing.T) {
	json := func(text string) Value { return value(t, text) }
	type test struct {
		operator     Operator
		operands     []string
		holds, fails []Value
	}
	tests := []test{
		{Equals, []string{"healthy"},
			[]Value{Text("healthy\n"), json(`"healthy"`), json(`" healthy "`)},
			[]Value{Text("unhealthy"), json(`"Healthy"`), json(`null`), json(`["healthy"]`), {}}},
		{Equals, []string{"healthy\n"}, []Value{Text("healthy")}, []Value{Text("healthy\nhealthy")}},
		{Equals, []string{"1"},
			[]Value{json(`1`), json(`1.0`), json(`10e-1`), Text("1"), json(`"1"`)},
			[]Value{json(`1.1`), Text("1.0"), json(`"1.0"`), json(`true`)}},
		{Equals, []string{"1.10"}, []Value{json(`1.1`), json(`"1.10"`)}, []Value{json(`"1.1"`), Text("1.1")}},
		{Equals, []string{"9007199254740993"}, []Value{json(`9007199254740993`)}, []Value{json(`9007199254740992`)}},
		{Equals, []string{"true"}, []Value{json(`true`), Text("true"), json(`"true"`)}, []Value{json(`false`), json(`1`)}},
		{Equals, []string{"null"}, []Value{json(`null`), Text("null")}, []Value{{}, json(`""`)}},
		{Equals, []string{""}, []Value{Text(" \n"), json(`""`)}, []Value{json(`null`), {}}},
		{Equals, []string{`{"b": [1, 2.0], "a": null}`}, []Value{json(`{"a":null,"b":[1.0,2]}`)}, []Value{json(`{"a":null,"b":[2,1]}`), Text(`{}`)}},
		{Equals, []string{"NaN"}, []Value{{form: numeric, plain: "NaN"}}, []Value{json(`1`)}},
		{NotEquals, []string{"pending"}, []Value{Text("healthy"), json(`null`), json(`1`)}, []Value{Text("pending\n"), {}}},
		{NotEquals, []string{"0"}, []Value{json(`1`), Text("0.0")}, []Value{json(`0.0`), {}}},
		{OneOf, []string{"Peak", "Steady"}, []Value{Text("Steady\n"), json(`"Peak"`)}, []Value{Text("Peak,Steady"), {}}},
		{NotOneOf, []string{"pending", "0"}, []Value{Text("healthy")}, []Value{Text("pending"), json(`0.0`), {}}},
		{OutputContains, []string{"leader lock"}, []Value{Text("x\nacquired leader lock\n"), json(`"leader lock"`)}, []Value{Text("leader  lock"), {}}},
		{OutputContains, []string{`"a": 1`}, []Value{json(`{"a":1}`)}, []Value{json(`{"a":2}`)}},
		{OutputContains, []string{`"a":1`}, []Value{json(`{"a":1}`)}, []Value{json(`{"b":1}`)}},
		{OutputNotContains, []string{"panic"}, []Value{Text(""), Text("fine")}, []Value{Text("panic: x"), json(`["panic"]`), {}}},
		{Regex, []string{`^v\d+$`}, []Value{Text("v12\n"), json(`"v1"`)}, []Value{Text("v12\nv13"), Text("v"), {}}},
		{Regex, []string{`(?m)^ready$`}, []Value{Text("starting\nready\n")}, []Value{Text("already")}},
		{GreaterThan, []string{"10"}, []Value{json(`10.5`), Text("11\n"), json(`"12"`)}, []Value{json(`10`), json(`-11`), {}}},
		{LessThan, []string{"0.5"}, []Value{json(`0.25`), Text("-1")}, []Value{json(`0.5`), json(`1`)}},
		{GreaterThanOrEqual, []string{"10"}, []Value{json(`10`), {form: numeric, plain: "+Inf"}}, []Value{json(`9.99`), {form: numeric, plain: "NaN"}}},
		{LessThanOrEqual, []string{"10"}, []Value{json(`10.0`)}, []Value{json(`11`), {form: numeric, plain: "NaN"}}},
		{Between, []string{"1", "10"}, []Value{json(`1`), json(`10`), json(`5.5`)}, []Value{json(`0.9`), json(`10.1`)}},
		{NotBetween, []string{"1,10"}, []Value{json(`0.9`), json(`11`)}, []Value{json(`1`), json(`10`), {form: numeric, plain: "NaN"}, {}}},
		{Exists, nil, []Value{Text("x"), json(`0`), json(`false`), json(`[]`), json(`{}`)}, []Value{Text(" \n"), json(`null`), json(`""`), {}}},
		{NotExists, nil, []Value{Text(""), json(`null`), {}}, []Value{Text("x"), json(`false`), json(`[]`)}},
	}
	for _, operator := range Operators() {
		if !slices.ContainsFunc(tests, func(test test) bool { return test.operator == operator && len(test.holds) > 0 && len(test.fails) > 0 }) {
			t.Errorf("%s has no test", operator)
		}
	}
	for _, test := range tests {
		a, err := NewAssertion(test.operator, test.operands...)
		if err != nil {
			t.Errorf("%s %q: %v", test.operator, test.operands, err)
			continue
		}
		for _, v := range test.holds {
			if holds, err := a.Holds(v); !holds || err != nil {
				t.Errorf("%s: %s does not hold: %v", v, a, err)
			}
			// the literal does the same as what the constructor made
			if holds, err := (Assertion{Operator: a.Operator, Operands: a.Operands}).Holds(v); !holds || err != nil {
				t.Errorf("%s: literal %s does not hold: %v", v, a, err)
			}
		}
		for _, v := range test.fails {
			if holds, err := a.Holds(v); holds || err != nil {
				t.Errorf("%s: %s holds: %v", v, a, err)
			}
		}
	}
}

func TestWhatCannotBeCompared(t *testing.T) {
	a, err := NewAssertion(GreaterThan, "1")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []Value{Text("5m"), Text("100Mi"), Text("many"), Text(""), Text("1\n2"), value(t, `true`), value(t, `null`), value(t, `[1]`)} {
		if holds, err := a.Holds(v); holds || err == nil {
			t.Errorf("%s is compared with a number", v)
		}
	}
}

func TestNewAssertionRefuses(t *testing.T) {
	for _, test := range []struct {
		operator Operator
		operands []string
		want     string
	}{
		{"equal", []string{"x"}, `"equal" is no operator: did you mean "equals"?`},
		{"output-contains", []string{"x"}, `did you mean "outputContains"?`},
		{"contradicts", []string{"x"}, `"contradicts" is no operator`},
		{Equals, nil, "takes 1 operand, not 0"},
		{Equals, []string{"a", "b"}, "takes 1 operand, not 2"},
		{Exists, []string{"a"}, "takes no operand"},
		{OneOf, nil, "takes at least one operand"},
		{OutputContains, []string{""}, "asserts nothing"},
		{OutputNotContains, []string{""}, "can never hold"},
		{Regex, []string{""}, "asserts nothing"},
		{Regex, []string{"(?=x)"}, "is not a regular expression of RE2: invalid or unsupported Perl syntax"},
		{GreaterThan, []string{"ten"}, `wants a number, not "ten"`},
		{GreaterThan, []string{"NaN"}, "wants a number"},
		{LessThan, []string{"0x10"}, "wants a number"},
		{LessThan, []string{"1_000"}, "wants a number"},
		{Between, []string{"1"}, `wants two numbers, as "1,10"`},
		{Between, []string{"1,2,3"}, `wants two numbers`},
		{Between, []string{"10", "1"}, "wants the lower number first: 1,10"},
		{NotBetween, []string{"a,b"}, `wants a number, not "a"`},
	} {
		if _, err := NewAssertion(test.operator, test.operands...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: %v, want %q", test.operator, test.operands, err, test.want)
		}
	}
}

func TestGotIsCut(t *testing.T) {
	long := strings.Repeat("ä", 1000)
	contains, _ := NewAssertion(OutputNotContains, "panic")
	equals, _ := NewAssertion(Equals, "x")
	for _, test := range []struct {
		assertion Assertion
		value     Value
		want      string
	}{
		{equals, Text("pending\n"), `"pending"`},
		{equals, Text(""), "an empty output"},
		{equals, Value{}, "nothing"},
		{equals, value(t, `null`), "null"},
		{equals, value(t, `1.50`), "1.50"},
		{equals, value(t, `{"a":[true,null]}`), `{"a":[true,null]}`},
		{equals, Text(long), `"` + strings.Repeat("ä", 200) + `"... (2000 bytes)`},
		{equals, Text("\x1b[2J\u009b\xff"), `"\x1b[2J\u009b\xff"`},
		{equals, value(t, `["\u009b\u202e"]`), `["\u009b\u202e"]`},
		{contains, Text(long + "panic" + long), `..."` + strings.Repeat("ä", 60) + "panic" + strings.Repeat("ä", 60) + `"... (at byte 2000 of 4005)`},
		{contains, Text("a panic"), `"a panic"`},
	} {
		if got := test.assertion.Got(test.value); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestContradictions(t *testing.T) {
	for _, test := range []struct {
		assertions []string // OPERATOR OPERAND
		want       bool
	}{
		{[]string{"equals healthy", "notEquals healthy"}, true},
		{[]string{"notEquals healthy", "equals healthy"}, true},
		{[]string{"equals healthy", "notEquals pending"}, false},
		{[]string{"equals healthy", "equals pending"}, true},
		{[]string{"equals 1", "equals 1.0"}, false},
		{[]string{"equals 1", "greaterThan 1"}, true},
		{[]string{"equals 2", "greaterThan 1"}, false},
		{[]string{"equals healthy", "greaterThan 1"}, true},
		{[]string{"equals healthy", "regex ^h"}, false},
		{[]string{"equals healthy", "regex ^p"}, true},
		{[]string{"equals 1", `regex ^1\.0$`}, false},
		{[]string{"equals healthy", "outputContains heal"}, false},
		{[]string{"equals healthy", "outputNotContains heal"}, true},
		{[]string{`equals {"a":1}`, `outputContains "a": 1`}, false},
		{[]string{"equals ", "exists"}, true},
		{[]string{"equals null", "notExists"}, false},
		{[]string{"equals x", "notExists"}, true},
		{[]string{"exists", "notExists"}, true},
		{[]string{"notExists", "lessThan 3"}, true},
		{[]string{"notExists", "outputNotContains x"}, false},
		{[]string{"oneOf a,b", "notEquals a"}, false},
		{[]string{"oneOf a,b", "notOneOf b,a"}, true},
		{[]string{"oneOf a,b", "equals c"}, true},
		{[]string{"outputContains panic: x", "outputNotContains panic"}, true},
		{[]string{"outputContains panic", "outputNotContains panic: x"}, false},
		{[]string{"greaterThan 5", "lessThan 5"}, true},
		{[]string{"greaterThanOrEqual 5", "lessThanOrEqual 5"}, false},
		{[]string{"greaterThan 5", "lessThanOrEqual 5"}, true},
		{[]string{"between 1,3", "greaterThan 3"}, true},
		{[]string{"between 1,3", "between 3,4"}, false},
		{[]string{"between 1,3", "notBetween 2,9"}, false},
	} {
		var assertions []Assertion
		for _, text := range test.assertions {
			name, operand, given := strings.Cut(text, " ")
			operands := strings.Split(operand, ",")
			if Operator(name) != OneOf && Operator(name) != NotOneOf {
				operands = []string{operand}
			}
			if !given {
				operands = nil
			}
			a, err := NewAssertion(Operator(name), operands...)
			if err != nil {
				t.Fatal(text, err)
			}
			assertions = append(assertions, a)
		}
		if got := contradictions(assertions); (len(got) > 0) != test.want {
			t.Errorf("%v: %v, want %v", test.assertions, joinProblems(got), test.want)
		}
	}
}
