package report

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestJSONReadsBack(t *testing.T) {
	for name, r := range cases(t) {
		var object Object
		if err := json.Unmarshal([]byte(write(t, JSON, r)), &object); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checks := 0
		for _, checkpoint := range object.Checkpoints {
			checks += len(checkpoint.Checks)
		}
		if object.Holds != r.Holds() || checks+len(object.Skipped) != len(r.Outcomes) {
			t.Errorf("%s: holds %v, %d checks, %d skipped", name, object.Holds, checks, len(object.Skipped))
		}
		if object.Passed+object.Failed+object.Undecided != checks {
			t.Errorf("%s: %d, %d, %d of %d checks", name, object.Passed, object.Failed, object.Undecided, checks)
		}
	}
}

// TestJSONKeepsText: what others wrote is escaped, not changed, but for what is no UTF-8.
func TestJSONKeepsText(t *testing.T) {
	var object Object
	if err := json.Unmarshal([]byte(write(t, JSON, cases(t)["hostile"])), &object); err != nil {
		t.Fatal(err)
	}
	want := strings.ToValidUTF8(hostile, "\ufffd")
	first := object.Checkpoints[0].Checks[0]
	if first.Term.HolderIdentity != want || strings.Join(first.LastLines, "\n") != want {
		t.Errorf("%q, %q", first.Term.HolderIdentity, first.LastLines)
	}
	if got := object.Checkpoints[0].Checks[1].Error; got != want {
		t.Errorf("%q", got)
	}
}

func TestJUnitReadsBack(t *testing.T) {
	for name, r := range cases(t) {
		var root junitSuites
		decoder := xml.NewDecoder(strings.NewReader(write(t, JUnit, r)))
		if err := decoder.Decode(&root); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var sum junitCount
		for _, suite := range root.Suites {
			var c junitCount
			for _, one := range suite.Cases {
				c.Tests++
				if one.Failure != nil {
					c.Failures++
				}
				if one.Error != nil {
					c.Errors++
				}
				if one.Skipped != nil {
					c.Skipped++
				}
				if one.ClassName == "" || one.Name == "" {
					t.Errorf("%s: a case without a name: %+v", name, one)
				}
			}
			c.Time = suite.Time
			if c != suite.junitCount {
				t.Errorf("%s: suite %s says %+v, has %+v", name, suite.Name, suite.junitCount, c)
			}
			sum.Tests, sum.Failures, sum.Errors, sum.Skipped = sum.Tests+c.Tests, sum.Failures+c.Failures, sum.Errors+c.Errors, sum.Skipped+c.Skipped
		}
		sum.Time = root.Time
		if sum != root.junitCount || sum.Tests != len(r.Outcomes) {
			t.Errorf("%s: %+v, its suites have %+v", name, root.junitCount, sum)
		}
	}
}

func TestJUnitFailure(t *testing.T) {
	var root junitSuites
	if err := xml.Unmarshal([]byte(write(t, JUnit, cases(t)["mixed"])), &root); err != nil {
		t.Fatal(err)
	}
	failure := root.Suites[1].Cases[0]
	if failure.File != "checks/leader.yaml" || failure.Line != 12 || failure.ClassName != "checkpoint 2.demo-operator" {
		t.Errorf("%+v", failure)
	}
	if got, want := failure.Failure.Message, `wanted jq state equals "healthy", got "pending"`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := failure.Failure.Text, "from:   pod ops/demo-operator-0, identity"; !strings.Contains(got, want) {
		t.Errorf("%q lacks %q", got, want)
	}
}

var testLine = regexp.MustCompile(`^(not )?ok (\d+) - ((?:[^#\\]|\\.)*)( # SKIP .*)?$`)

// TestTAP reads the lines as a harness does.
func TestTAP(t *testing.T) {
	for name, r := range cases(t) {
		all := strings.Split(strings.TrimSuffix(write(t, TAP, r), "\n"), "\n")
		if all[0] != "TAP version 13" {
			t.Errorf("%s: %s", name, all[0])
		}
		if want := fmt.Sprintf("1..%d", len(r.Outcomes)); all[1] != want {
			t.Errorf("%s: plan %s, want %s", name, all[1], want)
		}
		number := 0
		for at := 2; at < len(all); at++ {
			if strings.HasPrefix(all[at], "# ") {
				continue
			}
			match := testLine.FindStringSubmatch(all[at])
			if number++; match == nil || match[2] != fmt.Sprint(number) {
				t.Fatalf("%s: no test line, or not the next: %s", name, all[at])
			}
			if skip := r.Outcomes[number-1].Skipped != ""; skip != (match[4] != "") {
				t.Errorf("%s: %s", name, all[at])
			} else if !skip && r.Outcomes[number-1].Holds == (match[1] != "") {
				t.Errorf("%s: %s", name, all[at])
			}
			if at+1 >= len(all) || all[at+1] != "  ---" {
				continue
			}
			end := at + 2
			for all[end] != "  ..." {
				end++
			}
			var diagnostics map[string]any
			if err := yaml.Unmarshal([]byte(strings.Join(all[at+2:end], "\n")), &diagnostics); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if want := "lease ops/demo-operator"; diagnostics["lock"] != want {
				t.Errorf("%s: lock %v", name, diagnostics["lock"])
			}
			at = end
		}
		if number != len(r.Outcomes) {
			t.Errorf("%s: %d test lines", name, number)
		}
	}
}

// TestGitHubCommands reads the commands as the runner does.
func TestGitHubCommands(t *testing.T) {
	property := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	for name, r := range cases(t) {
		var commands []string
		for line := range strings.Lines(write(t, GitHub, r)) {
			line = strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "::") {
				continue
			}
			info, _, found := strings.Cut(line[2:], "::")
			word, set, _ := strings.Cut(info, " ")
			if !found || word != "error" && word != "notice" {
				t.Errorf("%s: %s", name, line)
			}
			commands = append(commands, word)
			for _, pair := range strings.Split(set, ",") {
				key, value, _ := strings.Cut(pair, "=")
				switch value = property.Replace(value); {
				case key == "file" && name == "mixed" && value != "checks/leader.yaml":
					t.Errorf("%s: file %s", name, value)
				case key != "file" && key != "line" && key != "title":
					t.Errorf("%s: property %s", name, pair)
				}
			}
		}
		want := 1
		for _, o := range r.Outcomes {
			if !o.Holds && o.Skipped == "" {
				want++
			}
		}
		if len(commands) != want || commands[want-1] != "notice" {
			t.Errorf("%s: %q", name, commands)
		}
	}
}
