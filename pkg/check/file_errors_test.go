package check

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

type badFile struct {
	name, content string
	want          string // how the first problem begins, after the file's name
	passesSchema  bool   // the JSON Schema is too coarse to refuse the file, too
}

// badFiles are refused, by the reader and, where a schema can say so, by the schema.
func badFiles() []badFile {
	http := "leaderElection: {lease: x}\nport: 80\npath: /\n"
	logs := "leaderElection: {lease: x}\n"
	return []badFile{
		// what is no file of checks
		{name: "empty", content: "", want: "1: the file has no checks", passesSchema: true},
		{name: "comments alone", content: "# x\n---\n", want: "1: the file has no checks"},
		{name: "not YAML", content: "kubectl:\n  logs: [\n", want: "3: the file is not YAML"},
		{name: "bad indentation", content: "kubectl:\n  logs:\n   - a: 1\n  - b: 2\n", want: "2: the file is not YAML: did not find expected key"},
		{name: "a tab", content: "kubectl:\n\tlogs: x\n", want: "2: the file is not YAML: found character that cannot start any token"},
		{name: "a control character", content: "kubectl:\n  logs: \x01\n", want: "2: the file has a character"},
		{name: "not UTF-8", content: "a: b\n\nc: \xff\n", want: "3: the file has a character"},
		{name: "an unknown anchor", content: "kubectl:\n  logs:\n    - *nobody\n", want: "3: the file is not YAML: unknown anchor 'nobody'"},
		{name: "a text", content: "just text\n", want: "1: the document has to be a mapping of fields, not \"just text\""},
		{name: "a list of texts", content: "- text\n", want: "1: a checkpoint has to be a mapping of fields, not \"text\""},
		{name: "too large", content: strings.Repeat("#", 1<<20+1), want: "1: the file is larger than 1024 KiB", passesSchema: true},
		{name: "merged without end", content: "a: &a\n  <<: *a\nkubectl: *a\n", want: "1: the document has no field \"a\""},
		{name: "a key that is a list", content: "? [a]\n: b\n", want: "1: the document has a field whose name is a list"},
		// shapes
		{name: "the block's content alone", content: "logs:\n  - " + "outputContains: x\n", want: "1: logs stands below kubectl"},
		{name: "two shapes", content: "kubectl: {}\nexpect: []\n", want: "2: expect stands beside kubectl"},
		{name: "expect is no list", content: "expect: x\n", want: "1: expect wants a list with a dash before each entry, not \"x\""},
		{name: "expect is empty", content: "expect: []\n", want: "1: expect is empty"},
		{name: "another kind", content: "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {}\n", want: "2: kind is E2E for a document of checks, not \"Pod\""},
		{name: "a run of ork e2e", content: "kind: E2E\nspec:\n  katalog: ./k.yaml\n  expect:\n  - kubectl: {lock: [{lock: x}]}\n", want: "3: katalog prepares a cluster or a run of ork e2e"},
		{name: "no kubectl", content: "- name: x\n  timeout: 3s\n", want: "1: kubectl is missing"},
		{name: "an empty block", content: "kubectl: {}\n", want: "1: kubectl asserts nothing"},
		{name: "no block", content: "kubectl:\n", want: "1: kubectl has to be a mapping of fields, not nothing"},
		{name: "an empty list", content: "kubectl:\n  logs: []\n", want: "2: logs is empty"},
		{name: "no list", content: "kubectl:\n  logs:\n    outputContains: x\n", want: "2: logs wants a list with a dash before each entry, not a mapping"},
		{name: "a lock at the wrong place", content: "- lock: x\n  held: true\n", want: "1: lock stands below kubectl"},
		{name: "a misspelt list", content: "kubectl:\n  portforward:\n  - {}\n", want: "2: kubectl has no field \"portforward\": did you mean \"port-forward\"?"},
		{name: "a misspelt checkpoint", content: "- nam: x\n  kubectl: {lock: [{lock: x}]}\n", want: "1: a checkpoint has no field \"nam\": did you mean \"name\"?"},
		{name: "a field twice", content: "kubectl:\n  lock: [{lock: x}]\n  lock: [{lock: y}]\n", want: "3: kubectl has the field \"lock\" twice, first on line 2"},
		{name: "a timeout without a unit", content: "- timeout: 30\n  kubectl: {lock: [{lock: x}]}\n", want: "1: timeout has no unit: write 30s"},
		{name: "a timeout that is none", content: "- timeout: soon\n  kubectl: {lock: [{lock: x}]}\n", want: "1: timeout wants a duration, like 10s or 1m30s, not \"soon\""},
		{name: "a negative timeout", content: "- timeout: -3s\n  kubectl: {lock: [{lock: x}]}\n", want: "1: timeout cannot be negative"},
		{name: "after the deletion of a resource", content: "- after: cr-deleted\n  kubectl: {lock: [{lock: x}]}\n", want: "1: after is cr-deleted, and nothing is deleted here but a leader"},
		{name: "after something else", content: "- after: lunch\n  kubectl: {lock: [{lock: x}]}\n", want: "1: after is setup-complete or cr-applied, not \"lunch\""},
		// what has nothing to do with a leader
		{name: "get", content: "kubectl:\n  get:\n  - {kind: Pod, name: x, equals: y}\n", want: "2: get has nothing to do with a leader"},
		{name: "apply", content: "kubectl:\n  lock: [{lock: x}]\n  apply: [{file: x}]\n", want: "3: apply has nothing to do with a leader"},
		{name: "resources", content: "- name: x\n  resources: []\n  kubectl: {lock: [{lock: x}]}\n", want: "2: resources has nothing to do with a leader"},
		{name: "commands", content: "- commands: []\n  kubectl: {lock: [{lock: x}]}\n", want: "1: commands has nothing to do with a leader"},
		{name: "include", content: "expect:\n- include: ./other.yaml\n", want: "2: include is not followed"},
		{name: "when", content: "- when: []\n  kubectl: {lock: [{lock: x}]}\n", want: "1: when is a condition that only ork e2e can judge"},
		{name: "a service", content: inList("port-forward", "service: x\nport: 80\npath: /\nequals: y"), want: "4: service chooses something else than a leader"},
		{name: "a service and a leader", content: inList("port-forward", http+"service: x"), want: "7: service chooses something else than a leader"},
		{name: "a pod", content: inList("logs", "name: x\noutputContains: y"), want: "4: name chooses something else than a leader"},
		{name: "pods", content: inList("exec", "labelSelector: a=b\ncommand: [x]\nequals: y"), want: "4: labelSelector chooses something else than a leader"},
		{name: "a file to delete", content: inList("delete", "file: x"), want: "4: file chooses something else than a leader"},
		{name: "a kind to delete", content: inList("delete", "kind: Pod\nname: x"), want: "4: kind chooses something else than a leader"},
		{name: "nobody in particular", content: inList("delete", "namespace: x"), want: "4: leaderElection is missing, so that the entry has nothing to do with a leader"},
		// leaders
		{name: "no lease", content: inList("delete", "leaderElection: {}"), want: "4: lease is missing"},
		{name: "an empty lease", content: inList("delete", "leaderElection:\n  lease: ''"), want: "5: lease is empty"},
		{name: "a lease that can be none", content: inList("delete", "leaderElection:\n  lease: No Such"), want: "5: lease is no lock", passesSchema: true},
		{name: "an unknown kind of lock", content: inList("lock", "lock: pod/x"), want: "4: lock is no lock: pod/x: \"pod\" is no kind of lock", passesSchema: true},
		{name: "a misspelt lease", content: inList("delete", "leaderElection: {leese: x}"), want: "4: leaderElection has no field \"leese\": did you mean \"lease\"?"},
		{name: "a lease as a text", content: inList("delete", "leaderElection: x"), want: "4: leaderElection has to be a mapping of fields, not \"x\""},
		{name: "no lock", content: inList("lock", "held: true"), want: "4: lock is missing"},
		{name: "two locks", content: inList("lock", "lock: x\nleaderElection: {lease: x}"), want: "4: lock and leaderElection mean the same"},
		{name: "a namespace that can be none", content: inList("delete", "leaderElection: {lease: x}\nnamespace: A B"), want: "5: namespace \"A B\" cannot be the name of a namespace"},
		// locks
		{name: "held is false", content: inList("lock", "lock: x\nheld: false"), want: "5: held is true or left out"},
		{name: "held is text", content: inList("lock", "lock: x\nheld: maybe"), want: "5: held is true or false, not \"maybe\""},
		{name: "held and released", content: inList("lock", "lock: x\nheld: true\nreleased: true"), want: "5: held contradicts released and missing"},
		{name: "released by somebody", content: inList("lock", "lock: x\nreleased: true\nholder: op-0"), want: "6: holder contradicts released"},
		{name: "stable for nothing", content: inList("lock", "lock: x\nstableFor: 0s"), want: "5: stableFor has to be more than 0", passesSchema: true},
		{name: "transitions of a kind", content: inList("lock", "lock: x\ntransitions: some"), want: "5: transitions wants a number", passesSchema: true},
		{name: "a lock and jq", content: inList("lock", "lock: x\njq: a\nequals: b"), want: "5: kubectl.lock has no field \"jq\""},
		// HTTP
		{name: "no port", content: inList("port-forward", "leaderElection: {lease: x}\npath: /"), want: "4: port is missing"},
		{name: "no path", content: inList("port-forward", "leaderElection: {lease: x}\nport: 80"), want: "4: path is missing"},
		{name: "port 0", content: inList("port-forward", "leaderElection: {lease: x}\nport: 0\npath: /"), want: "5: port has to be between 1 and 65535, not 0"},
		{name: "two ports", content: inList("port-forward", "leaderElection: {lease: x}\nport: 8080:80\npath: /"), want: "5: port is the leader's alone"},
		{name: "a relative path", content: inList("port-forward", "leaderElection: {lease: x}\nport: 80\npath: healthz"), want: "6: path has to begin with a slash"},
		{name: "a status that is none", content: inList("port-forward", http+"status: OK"), want: "7: status wants statuses like 200, 2xx or a list of them, not \"OK\""},
		{name: "no status", content: inList("port-forward", http+"status: []"), want: "7: status wants statuses, like 200, 2xx or [200, 404]"},
		{name: "two statuses", content: inList("port-forward", http+"status: 200\nstatusCode: 200"), want: "8: statusCode and status mean the same"},
		{name: "a scheme", content: inList("port-forward", http+"scheme: gopher"), want: "7: scheme is http or https"},
		{name: "a body without a method", content: inList("port-forward", http+"body: x"), want: "7: body does not go with GET: give a method like POST"},
		{name: "headers in a list", content: inList("port-forward", http+"headers: [a]"), want: "7: headers wants a mapping of names to values"},
		{name: "a header without a value", content: inList("port-forward", http+"headers:\n  A:"), want: "8: headers want a text for each name, not nothing"},
		{name: "a header twice", content: inList("port-forward", http+"headers:\n  a: b\n  A: c"), want: "9: headers have \"A\" twice", passesSchema: true},
		{name: "a variable that is not set", content: inList("port-forward", http+"headers:\n  A: b\n  B: ${NOBODY}"), want: "9: headers wants ${NOBODY}, and the environment has no NOBODY", passesSchema: true},
		{name: "a variable in a body", content: inList("port-forward", http+"method: PUT\nbody: |\n  one\n  ${NOBODY}"), want: "10: body wants ${NOBODY}", passesSchema: true},
		{name: "a variable without an end", content: inList("port-forward", http+"headers: {A: '${TOKEN'}"), want: "7: headers has a ${ that no name and } follow", passesSchema: true},
		{name: "variables elsewhere", content: inList("port-forward", "leaderElection: {lease: '${TOKEN}'}\nport: 80\npath: /"), want: "4: lease is no lock", passesSchema: true},
		// extractors and operators
		{name: "nothing asserted of logs", content: inList("logs", logs), want: "4: these logs assert nothing"},
		{name: "nothing asserted of jq", content: inList("port-forward", http+"jq: a"), want: "7: jq takes a value out of which nothing is asserted"},
		{name: "two extractors", content: inList("port-forward", http+"jq: a\nyq: b\nequals: c"), want: "8: yq contradicts jq"},
		{name: "bad jq", content: inList("port-forward", http+"equals: c\njq: .a |"), want: "8: jq is not a jq program", passesSchema: true},
		{name: "bad selector", content: inList("exec", "leaderElection: {lease: x}\ncommand: [x]\nmetric: up{\nequals: 1"), want: "6: metric wants the name of a label", passesSchema: true},
		{name: "yq of logs", content: inList("logs", logs+"yq: a\nequals: b"), want: "5: yq does not go with logs"},
		{name: "a misspelt operator", content: inList("logs", logs+"outputContain: x"), want: "5: kubectl.logs has no field \"outputContain\": did you mean \"outputContains\"?"},
		{name: "an operator as a flag", content: inList("logs", logs+"output-contains: x"), want: "5: kubectl.logs has no field \"output-contains\": did you mean \"outputContains\"?"},
		{name: "an operator without a value", content: inList("logs", logs+"equals:"), want: "5: equals has no value: write equals: \"\" for an empty output"},
		{name: "a list for equals", content: inList("logs", logs+"equals: [a]"), want: "5: equals wants one value; oneOf takes a list"},
		{name: "a mapping for equals", content: inList("logs", logs+"equals: {a: b}"), want: "5: equals wants a text: write JSON in quotes"},
		{name: "a text for oneOf", content: inList("logs", logs+"oneOf: a,b"), want: "5: oneOf wants a list, like [one, two], not \"a,b\""},
		{name: "a list in oneOf", content: inList("logs", logs+"oneOf: [a, [b]]"), want: "5: oneOf wants a list of texts"},
		{name: "nothing in oneOf", content: inList("logs", logs+"oneOf: []"), want: "5: oneOf takes at least one operand"},
		{name: "exists is false", content: inList("logs", logs+"exists: false"), want: "5: exists is true or left out; notExists: true is the opposite"},
		{name: "a bad regex", content: inList("logs", logs+"regex: '('"), want: "5: regex is not a regular expression of RE2: missing closing )", passesSchema: true},
		{name: "an empty outputContains", content: inList("logs", logs+"outputContains: ''"), want: "5: outputContains asserts nothing with an empty text"},
		{name: "greater than text", content: inList("logs", logs+"greaterThan: many"), want: "5: greaterThan wants a number, not \"many\""},
		{name: "a range of one", content: inList("logs", logs+"between: 1"), want: "5: between wants two numbers"},
		{name: "a range backwards", content: inList("logs", logs+"between: [3, 1]"), want: "5: between wants the lower number first: 1,3", passesSchema: true},
		{name: "exists and does not", content: inList("logs", logs+"exists: true\nnotExists: true"), want: "6: notExists contradicts exists"},
		{name: "equals and does not", content: inList("logs", logs+"notEquals: x\nequals: x"), want: "6: equals contradicts notEquals", passesSchema: true},
		// logs and commands
		{name: "since without a unit", content: inList("logs", logs+"since: 30\nexists: true"), want: "5: since has no unit"},
		{name: "two beginnings", content: inList("logs", logs+"since: 30s\nsinceAcquired: true\nexists: true"), want: "6: sinceAcquired contradicts since", passesSchema: true},
		{name: "a tail of text", content: inList("logs", logs+"tail: all\nexists: true"), want: "5: tail wants a number, not \"all\""},
		{name: "no command", content: inList("exec", "leaderElection: {lease: x}\nequals: y"), want: "4: command is missing"},
		{name: "a command as a text", content: inList("exec", "leaderElection: {lease: x}\ncommand: cat x\nequals: y"), want: "5: command wants a list, like [cat, /tmp/token]"},
		{name: "an exit code of text", content: inList("exec", "leaderElection: {lease: x}\ncommand: [x]\nexitCode: one"), want: "6: exitCode wants a number"},
		{name: "operators of a delete", content: inList("delete", "leaderElection: {lease: x}\nequals: y"), want: "5: kubectl.delete has no field \"equals\""},
	}
}

func TestFileErrors(t *testing.T) {
	for _, test := range badFiles() {
		t.Run(test.name, func(t *testing.T) {
			checkpoints, err := ReadFile("check.yaml", strings.NewReader(test.content), environment)
			if err == nil || !strings.HasPrefix(err.Error(), "check.yaml:"+test.want) {
				t.Errorf("%v\nwant check.yaml:%s", err, test.want)
			}
			if checkpoints != nil {
				t.Errorf("returned with an error: %+v", checkpoints)
			}
		})
	}
}

// TestAllProblemsAtOnce: one reading tells all that is wrong, by line.
func TestAllProblemsAtOnce(t *testing.T) {
	_, err := ReadFile("-", strings.NewReader(`
- name: one
  timeout: 3
  kubectl:
    get: []
    logs:
      - {outputContain: x}
- kubectl:
    port-forward:
      - {leaderElection: {lease: x}, port: 0, path: x}
`), nil)
	want := `-:3: timeout has no unit: write 3s for seconds
-:5: get has nothing to do with a leader and would not be run: take it out, and leave it to kubectl or to ork e2e
-:7: kubectl.logs has no field "outputContain": did you mean "outputContains"?
-:7: leaderElection is missing, so that the entry has nothing to do with a leader: add leaderElection: {lease: NAME}, or leave it to kubectl or to ork e2e
-:10: port has to be between 1 and 65535, not 0
-:10: path has to begin with a slash: what to request from the leader, like /healthz`
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant\n%s", err, want)
	}
	_, err = ReadFile("f", strings.NewReader("kubectl:\n  lock:\n"+strings.Repeat("  - {}\n", 30)), nil)
	if problems := Problems(err); len(problems) != problemsMost+1 || !strings.Contains(problems[problemsMost].Error(), "and 10 more problems") {
		t.Errorf("%v", err)
	}
	// a few lines can stand for a great many mappings, or checks
	merges := "a0: &a0 {x: y}\n"
	for i := range 9 {
		merges += fmt.Sprintf("a%d: &a%d\n  <<: [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), i)
	}
	_, err = ReadFile("f", strings.NewReader(merges+"kubectl: *a9\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "kubectl merges too many mappings into each other") {
		t.Errorf("%v", err)
	}
	_, err = ReadFile("f", strings.NewReader("- &c\n  kubectl:\n    lock:\n"+strings.Repeat("    - {lock: x}\n", 1000)+strings.Repeat("- *c\n", 1000)), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "f:4: the file has more than 10000 checks") {
		t.Errorf("%v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("no such disk") }

func TestFileThatCannotBeRead(t *testing.T) {
	if _, err := ReadFile("check.yaml", broken{}, nil); err == nil || err.Error() != "check.yaml: no such disk" {
		t.Error(err)
	}
}
