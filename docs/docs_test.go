// Package docs checks that the pages of this folder say what the program says, and lead somewhere.
package docs

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-leader/kubectl-leader/docs/docstest"
	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/identity"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// gap stands for names and numbers in a message.
const gap = "…"

// TestMessagesExist: what the page quotes is said somewhere, by the code or by the program in a scenario.
func TestMessagesExist(t *testing.T) {
	said := append(textsOfCode(t), textsOfScenarios(t)...)
	for _, row := range messages(t) {
		for _, message := range docstest.Codes(row["message"]) {
			longest := 0
			for part := range strings.SplitSeq(message, gap) {
				if part = strings.Trim(part, ` ,:;()`); part == "" {
					continue
				}
				if !isSaid(part, said) {
					t.Errorf("nobody says %q, of %q", part, message)
				}
				longest = max(longest, len(part))
			}
			if longest < len("not found") {
				t.Errorf("%q has too few words to tell it by", message)
			}
		}
	}
}

// isSaid: some messages are put together of two texts of the code.
func isSaid(part string, said []string) bool {
	in := func(part string) bool {
		return slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, part) })
	}
	if in(part) {
		return true
	}
	for at, letter := range part {
		if first, second := part[:at], part[at:]; letter == ' ' && min(len(first), len(second)) > 6 && in(strings.TrimRight(first, ",")) && in(second[1:]) {
			return true
		}
	}
	return false
}

// messages are the rows of the page that have a message.
func messages(t *testing.T) (rows []docstest.Row) {
	t.Helper()
	page := docstest.Read(t, "troubleshooting.md")
	for _, heading := range docstest.Headings(page, "## ") {
		rows = append(rows, docstest.Tables(page, heading)...)
	}
	if len(rows) < 40 {
		t.Fatalf("only %d rows are read", len(rows))
	}
	return rows
}

// textsOfCode are all texts in the source of the program.
func textsOfCode(t *testing.T) (texts []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", "pkg"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		for _, file := range docstest.Sources(t, path) {
			ast.Inspect(file, func(n ast.Node) bool {
				if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
					value, err := strconv.Unquote(text.Value)
					if err != nil {
						t.Fatal(err)
					}
					texts = append(texts, value)
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// textsOfScenarios are what scenarios expect of the program's output.
func textsOfScenarios(t *testing.T) (texts []string) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join("..", "test", "scenarios", "testdata", "*.txtar"))
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scenarios: %v", len(scripts), err)
	}
	for _, script := range scripts {
		for line := range strings.SplitSeq(docstest.Read(t, script), "\n") {
			if strings.HasPrefix(line, "stderr ") || strings.HasPrefix(line, "stdout ") {
				texts = append(texts, strings.ReplaceAll(line, `\`, ""))
			}
		}
	}
	return texts
}

// TestMessageOfEachReason: the page has each reason why nobody is called the leader, with the message that it gives.
func TestMessageOfEachReason(t *testing.T) {
	documented := map[string][]string{}
	for _, row := range messages(t) {
		for _, reason := range docstest.Codes(row["reason"]) {
			documented[reason] = append(documented[reason], docstest.Codes(row["message"])...)
		}
	}
	for _, s := range verdicts() {
		if !slices.ContainsFunc(documented[string(s.Reason)], func(message string) bool {
			return matches(message, s.Message())
		}) {
			t.Errorf("%s is not documented as it is said: %s\n%q", s.Reason, s.Message(), documented[string(s.Reason)])
		}
	}
	for _, reason := range reasons(t) {
		if len(documented[reason]) == 0 {
			t.Errorf("the page lacks %s", reason)
		}
		if !slices.ContainsFunc(verdicts(), func(s leader.Status) bool { return string(s.Reason) == reason }) {
			t.Errorf("this test lacks a verdict with %s", reason)
		}
	}
}

// matches reports whether a text is the one that is quoted, or begins with it and names what it is about.
func matches(quoted, text string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(quoted), gap, ".+")
	return regexp.MustCompile(`^` + pattern + `([;:]|\n|$)`).MatchString(text)
}

// verdicts are one without a leader for each reason, and those that are said in several ways.
func verdicts() []leader.Status {
	some := func(reason leader.Reason, change func(*leader.Status)) leader.Status {
		s := leader.Status{
			Lock:  election.Lock{Ref: election.Ref{Kind: election.Lease, Namespace: "ops", Name: "op"}, Exists: true, Record: election.Record{Holder: "op-0_0c2c1c37"}},
			State: election.Held, Reason: reason, PodNamespace: "ops", PodName: "op-0", Node: "", Found: &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodFailed}},
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	candidates := []identity.Candidate{{Namespace: "ops", Name: "a", Reason: "by rule exact"}, {Namespace: "ops", Name: "b", Reason: "by rule exact"}}
	state := func(state election.State) leader.Status {
		return some(leader.Reason(state), func(s *leader.Status) {
			s.State, s.Lock.Marker = state, "a node's heartbeat"
			s.Lock.Record.Renewed, s.Lock.Record.Duration = s.Time.Add(-60e9), 15e9
			s.Time = s.Time.Add(1)
		})
	}
	return []leader.Status{
		state(election.Missing), state(election.NotElection), state(election.Released), state(election.Expired),
		some(leader.Reason(election.Released), func(s *leader.Status) { s.State = election.Released }),
		some(leader.Reason(election.Expired), func(s *leader.Status) {
			s.State, s.Lock.Record.PreferredHolder, s.Waiting = election.Expired, "op-9", candidates
			s.Lock.Record.Renewed, s.Lock.Record.Duration, s.Time = s.Time.Add(-60e9), 15e9, s.Time.Add(1)
		}),
		some(leader.External, func(s *leader.Status) { s.Waiting = candidates }),
		some(leader.PodGone, nil), some(leader.PodFinished, nil), some(leader.PodTerminating, nil),
		some(leader.PodTerminating, func(s *leader.Status) { s.Found = &corev1.Pod{Status: corev1.PodStatus{Phase: corev1.PodUnknown}} }),
		some(leader.PodUnreachable, func(s *leader.Status) { s.Found = &corev1.Pod{Spec: corev1.PodSpec{NodeName: "node-1"}} }),
		some(leader.PodNotRunning, nil),
		some(leader.OtherIncarnation, nil), some(leader.Restarted, nil), some(leader.PodUnknown, nil), some(leader.PodNotSeen, nil),
		some(leader.NotSelected, func(s *leader.Status) { s.Candidates = candidates }), some(leader.External, nil),
		some(leader.Ambiguous, func(s *leader.Status) { s.Candidates = candidates }),
		some(leader.Ambiguous, func(s *leader.Status) { s.Candidates, s.Node = candidates, "cp-1.east, cp-1.west" }),
		some(leader.Ambiguous, func(s *leader.Status) { s.Lock.Kind, s.Lock.Rivals = election.KopfPeering, []string{"a", "b"} }),
		some(leader.NodeOnly, func(s *leader.Status) { s.Node = "cp-1" }),
		some(leader.NodeOnly, func(s *leader.Status) { s.Candidates, s.Node = candidates, "cp-1" }),
		some(leader.HintsOnly, nil), some(leader.HintsOnly, func(s *leader.Status) { s.Candidates = candidates }),
	}
}

// reasons are those that the code has: the constants of its type, and the states but for Held.
func reasons(t *testing.T) (names []string) {
	t.Helper()
	for _, dir := range []string{"leader", "election"} {
		for _, file := range docstest.Sources(t, filepath.Join("..", "pkg", dir)) {
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok {
					return true
				}
				if kind, ok := spec.Type.(*ast.Ident); ok && (kind.Name == "Reason" || kind.Name == "State") && len(spec.Values) == 1 {
					if text, ok := spec.Values[0].(*ast.BasicLit); ok && text.Value != strconv.Quote(string(election.Held)) {
						names = append(names, strings.Trim(text.Value, `"`))
					}
				}
				return true
			})
		}
	}
	if len(names) < 15 {
		t.Fatalf("only these reasons are found in the code: %q", names)
	}
	return names
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)

// TestLinks: each link to a file of the repository, and to a heading in it, leads there.
func TestLinks(t *testing.T) {
	pages := []string{filepath.Join("..", "README.md")}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		for _, found := range link.FindAllStringSubmatch(docstest.Read(t, page), -1) {
			target := cmp.Or(found[1], found[2])
			if strings.Contains(target, "://") {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			path := page
			if file != "" {
				path = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if anchor != "" && !slices.Contains(anchors(docstest.Read(t, path)), anchor) {
				t.Errorf("%s: %s has no heading #%s", page, path, anchor)
			}
		}
	}
}

// anchors are what GitHub makes of the headings.
func anchors(page string) (all []string) {
	for _, level := range []string{"# ", "## ", "### "} {
		for _, heading := range docstest.Headings(page, level) {
			anchor := strings.ReplaceAll(strings.ToLower(strings.TrimLeft(heading, "# ")), " ", "-")
			all = append(all, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(anchor, ""))
		}
	}
	return all
}

// TestReadmeIsShort: what is long has a page of its own.
func TestReadmeIsShort(t *testing.T) {
	if lines := strings.Count(docstest.Read(t, filepath.Join("..", "README.md")), "\n"); lines > 150 {
		t.Error(fmt.Errorf("README.md has %d lines, 150 are enough", lines))
	}
}
