package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// environment is what tests expand ${VAR} with.
func environment(name string) (string, bool) {
	value, ok := map[string]string{"TOKEN": "s3cret", "EMPTY": "", "GATEWAY_TOKEN": "s3cret"}[name]
	return value, ok
}

func read(t *testing.T, content string) []Checkpoint {
	t.Helper()
	checkpoints, err := ReadFile("check.yaml", strings.NewReader(content), environment)
	if err != nil {
		t.Fatal(err)
	}
	return checkpoints
}

// entries puts an entry into a file: below kubectl.LIST, from line 4 on.
func inList(list, entry string) string {
	return "kubectl:\n  " + list + ":\n    # an entry\n    - " + strings.ReplaceAll(strings.TrimSpace(entry), "\n", "\n      ") + "\n"
}

// TestSnippetOfTheSchema reads what the E2E schema has for leaders.
func TestSnippetOfTheSchema(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "examples", "leader.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	checkpoints, err := ReadFile("leader.yaml", file, environment)
	if err != nil {
		t.Fatal(err)
	}
	if len(checkpoints) != 1 || checkpoints[0].Timeout != nil {
		t.Fatalf("%+v", checkpoints)
	}
	var got []string
	for _, s := range checkpoints[0].Checks {
		got = append(got, s.Source.String()+" "+s.Lock.String()+" -n "+s.Namespace+" "+s.String())
	}
	want := []string{
		`leader.yaml:19 lease my-operator-system/my-operator-leader -n my-operator-system delete the leader`,
		`leader.yaml:5 lease my-operator-system/my-operator-leader -n my-operator-system GET 8080/katalog/myapp/health: jq state equals "healthy"`,
		`leader.yaml:12 lease my-operator-system/my-operator-leader -n my-operator-system logs: output contains "acquired leader lock"`,
		`leader.yaml:15 lease my-operator-system/my-operator-leader -n my-operator-system exec cat /var/run/leader-token: output contains "valid"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestShapes(t *testing.T) {
	const block = `kubectl: {lock: [{lock: x}]}`
	for name, content := range map[string]string{
		"kubectl alone":           block,
		"kubectl with a name":     "name: a\ntimeout: 5s\n" + block,
		"a list":                  "- name: a\n  " + block,
		"expect":                  "expect:\n- " + block,
		"expect with after":       "expect:\n- after: cr-applied\n  " + block,
		"a document of kind E2E":  "apiVersion: orkestra.orkspace.io/v1\nkind: E2E\nmetadata: {name: x, description: y}\nspec:\n  expect:\n  - " + block,
		"an empty document":       "---\n# nothing\n---\n" + block,
		"an alias for a block":    "- name: a\n  kubectl: &k {lock: [{lock: x}]}\n",
		"leaderElection for lock": "kubectl: {lock: [{leaderElection: {lease: x}}]}",
		"windows":                 "\ufeff" + strings.ReplaceAll("name: a\n"+block+"\n", "\n", "\r\n"),
	} {
		if checkpoints := read(t, content); len(checkpoints) != 1 || len(checkpoints[0].Checks) != 1 || checkpoints[0].Checks[0].Lock.Name != "x" {
			t.Errorf("%s: %+v", name, checkpoints)
		}
	}
	checkpoints := read(t, "- name: one\n  timeout: 0s\n  wait: 2s\n  "+block+"\n- name: two\n  "+block+"\n---\n"+block)
	if len(checkpoints) != 3 || checkpoints[0].Name != "one" || *checkpoints[0].Timeout != 0 || checkpoints[0].Wait != 2*time.Second ||
		checkpoints[1].Timeout != nil || checkpoints[2].Source.Line != 8 {
		t.Errorf("%+v", checkpoints)
	}
}

func TestNamespaces(t *testing.T) {
	for _, test := range []struct{ entry, lock, pod string }{
		{"leaderElection: {lease: x}", "given", "given"},
		{"leaderElection: {lease: x}\nnamespace: a", "a", "a"},
		{"leaderElection: {lease: x, namespace: b}", "b", "b"},
		{"leaderElection: {lease: x, namespace: b}\nnamespace: a", "b", "a"},
	} {
		s := read(t, inList("delete", test.entry))[0].Checks[0].InNamespace("given")
		if s.Lock.Namespace != test.lock || s.Namespace != test.pod {
			t.Errorf("%s: lock in %s, pod in %s", test.entry, s.Lock.Namespace, s.Namespace)
		}
	}
}

func TestEntries(t *testing.T) {
	http := read(t, inList("port-forward", `
leaderElection: {lease: configmap/x}
port: api
path: /a?b=c
scheme: https
method: post
headers:
  Authorization: "Bearer ${TOKEN}"
  X-Literal: "$TOKEN $${TOKEN} ${EMPTY}$"
body: |
  {"$ref": "${TOKEN}"}
status: [200, 2xx]
wait: 1s
metric: 'up{a="b"}'
between: [1, 10]
notEquals: 5`))[0].Checks[0]
	h := http.HTTP
	if h.Headers.Get("Authorization") != "Bearer s3cret" || h.Headers.Get("X-Literal") != "$TOKEN ${TOKEN} $" || h.Body != "{\"$ref\": \"s3cret\"}\n" ||
		h.Method != "POST" || h.Scheme != "https" || h.Port != "api" || h.Path != "/a?b=c" || h.Wait != time.Second || !h.Status.Contains(299) || h.Status.Contains(300) {
		t.Errorf("%+v", h)
	}
	if http.Lock.KindName() != "ConfigMap" || http.Extractor.Language != "metric" || len(http.Assertions) != 2 || http.Assertions[0].String() != "is between 1 and 10" {
		t.Errorf("%+v", http)
	}
	if text := http.String(); strings.Contains(text, "s3cret") {
		t.Errorf("%s tells a secret", text)
	}

	logs := read(t, inList("logs", `
leaderElection: {lease: x}
container: op
sinceTime: 2026-01-04T10:00:00Z
tail: 10
outputContains: 1.10
oneOf: [True, 1]
exists: true`))[0].Checks[0]
	if logs.Logs.Container != "op" || *logs.Logs.Tail != 10 || logs.Logs.SinceTime.Year() != 2026 || logs.Assertions[0].Operands[0] != "1.10" || logs.Assertions[1].Operands[1] != "1" {
		t.Errorf("%+v", logs)
	}

	exec := read(t, inList("exec", "leaderElection: {lease: x}\ncommand: [test, -f, 1]\nexitCode: 1"))[0].Checks[0]
	if exec.Exec.ExitCode != 1 || len(exec.Exec.Command) != 3 {
		t.Errorf("%+v", exec.Exec)
	}

	lock := read(t, inList("lock", "lock: cm/x/role\nheld: true\nholderNot: op-0\nchangedFrom: op-1\ntermAfter: term-0123456789abcdef01234567\ntransitions: 3\nrenewedWithin: 15s\nstableFor: 1m\npodReady: true"))[0].Checks[0]
	if c := lock.Conditions; !c.Held() || c.HolderNot != "op-0" || c.ChangedFrom != "op-1" || !c.TransitionsHold(3) || c.TransitionsHold(2) ||
		c.RenewedWithin != 15*time.Second || c.StableFor != time.Minute || !c.PodReady || lock.Lock.Key != "role" {
		t.Errorf("%+v", lock)
	}
}

// TestMerge: an entry may be built upon another, as YAML has it.
func TestMerge(t *testing.T) {
	checks := read(t, `
kubectl:
  delete:
    - &first {leaderElection: {lease: x}, namespace: a}
    - {<<: *first, namespace: b}
    - {<<: [*first, {ignoreNotFound: true}]}
    - *first
`)[0].Checks
	if len(checks) != 4 || checks[1].Namespace != "b" || !checks[2].Delete.IgnoreNotFound || checks[3].Namespace != "a" {
		t.Errorf("%+v", checks)
	}
}

func TestExamplesAreValid(t *testing.T) {
	for _, path := range examples(t) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		checkpoints, err := ReadFile(path, strings.NewReader(string(content)), environment)
		if err != nil {
			t.Error(err)
		}
		for _, checkpoint := range checkpoints {
			for _, s := range checkpoint.Checks {
				if err := s.Validate(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
	if err != nil || len(paths) < 3 {
		t.Fatalf("%v, %v", paths, err)
	}
	return paths
}

// FuzzFile: no file is a panic, and whatever is refused is refused with its line.
func FuzzFile(f *testing.F) {
	for _, test := range badFiles() {
		if len(test.content) < 1000 {
			f.Add(test.content)
		}
	}
	paths, _ := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
	for _, path := range paths {
		if content, err := os.ReadFile(path); err == nil {
			f.Add(string(content))
		}
	}
	f.Fuzz(func(t *testing.T, content string) {
		checkpoints, err := ReadFile("f", strings.NewReader(content), environment)
		if err == nil {
			for _, checkpoint := range checkpoints {
				for _, s := range checkpoint.Checks {
					if err := s.Validate(); err != nil {
						t.Errorf("read, and then refused: %v", err)
					}
					_ = s.String()
				}
			}
			return
		}
		problems := Problems(err)
		if len(problems) == 0 {
			t.Fatalf("an error without problems: %v", err)
		}
		lines := strings.Count(content, "\n") + 1
		for _, br := range []string{"\r", "\u0085", "\u2028", "\u2029"} { // to YAML, these end a line, too
			lines += strings.Count(content, br)
		}
		for _, problem := range problems {
			if problem.File != "f" || problem.Line < 1 || problem.Line > lines {
				t.Errorf("no line of the %d there are: %v", lines, problem)
			}
		}
	})
}
