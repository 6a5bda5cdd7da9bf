package scenarios

import (
	"bytes"
	"context"
	"encoding/xml"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/yaml"
)

func examplesDir() string { return filepath.Join(filepath.Dir(shared.bin), "examples") }

// TestExamplesForCI runs what users copy into their jobs.
func TestExamplesForCI(t *testing.T) {
	t.Parallel()
	ns := shared.deploy(t)
	ci := filepath.Join(examplesDir(), "ci")
	env := map[string]string{"LOCK": "demo-operator", "NAMESPACE": ns.name, "OPERATOR_NAMESPACE": ns.name}

	t.Run("a shell", func(t *testing.T) {
		dir := t.TempDir()
		verify := `sh "` + filepath.Join(ci, "verify-leader.sh") + `" demo-operator "$NAMESPACE" report.xml`
		if out := ns.job(t, dir, env, 0, verify); !strings.Contains(out, "leads, and is well") {
			t.Errorf("it says %s", out)
		}
		wellFormedXML(t, filepath.Join(dir, "report.xml"))
		out := ns.job(t, dir, with(env, "HEALTHY", "ill", "TIMEOUT", scaled(8*time.Second).String()), 1, verify)
		if !strings.Contains(out, "seq=") || !strings.Contains(out, `wanted: jq state equals "ill"`) {
			t.Errorf("a leader that is not well: it shows neither its log nor what was wanted:\n%s", out)
		}
		out = ns.job(t, dir, with(env, "KUBECONFIG", filepath.Join(dir, "none")), 2, verify)
		if !strings.Contains(out, "says nothing about the operator") {
			t.Errorf("without a cluster it says %s", out)
		}
	})
	t.Run("make", func(t *testing.T) {
		run := func(target string) string {
			return ns.job(t, t.TempDir(), env, 0, `make --no-print-directory -f "`+filepath.Join(ci, "leader.mk")+`" `+target)
		}
		old := strings.TrimSpace(run("leader"))
		if old != ns.holder(t) {
			t.Errorf("make leader prints %q", old)
		}
		run("leader-check")
		run("leader-failover")
		if now := ns.holder(t); now == old {
			t.Errorf("%s leads still", now)
		}
		if _, err := exec.LookPath("curl"); err != nil {
			left.add(t.Name()+" leader-metrics", "curl is not installed")
			return
		}
		if metrics := run("leader-metrics"); !strings.Contains(metrics, "demo_operator_is_leader 1\n") {
			t.Errorf("make leader-metrics prints %s", metrics)
		}
	})
	t.Run("GitHub Actions", func(t *testing.T) {
		var workflow struct {
			Jobs map[string]struct {
				Env   map[string]string
				Steps []struct{ Name, Run string }
			}
		}
		readYAML(t, filepath.Join(ci, "github-actions.yaml"), &workflow)
		ran := 0
		for _, step := range workflow.Jobs["failover"].Steps {
			if strings.Contains(step.Run, "kubectl leader") {
				ns.job(t, t.TempDir(), with(workflow.Jobs["failover"].Env, env), 0, step.Run)
				ran++
			}
		}
		if ran < 3 {
			t.Errorf("only %d steps were run", ran)
		}
	})
	t.Run("GitLab", func(t *testing.T) {
		var file map[string]struct{ Script []string }
		readYAML(t, filepath.Join(ci, "gitlab-ci.yml"), &file)
		dir := t.TempDir()
		checks, err := os.ReadFile(filepath.Join(examplesDir(), "failover.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		checks = bytes.ReplaceAll(checks, []byte("namespace: demo\n"), []byte("namespace: "+ns.name+"\n"))
		if err := os.WriteFile(filepath.Join(dir, "failover.yaml"), checks, 0o644); err != nil {
			t.Fatal(err)
		}
		ns.job(t, dir, with(env, "CHECKS", "failover.yaml"), 0, strings.Join(file["leader"].Script, "\n"))
		wellFormedXML(t, filepath.Join(dir, "leader.xml"))
	})
	for tool, command := range map[string]string{
		"chainsaw":      `chainsaw test --no-color --test-dir "` + filepath.Join(ci, "chainsaw") + `"`,
		"kubectl-kuttl": `kubectl-kuttl test "` + filepath.Join(ci, "kuttl") + `"`,
	} {
		t.Run(tool, func(t *testing.T) {
			if _, err := exec.LookPath(tool); err != nil {
				leaveOut(t, tool+" is not installed")
			}
			old := ns.holder(t)
			ns.job(t, t.TempDir(), env, 0, command)
			if ns.holder(t) == old {
				t.Errorf("it has not deleted the leader")
			}
		})
	}
}

// with is an environment with more in it: names and values, or another one.
func with(env map[string]string, more ...any) map[string]string {
	env = maps.Clone(env)
	for i := 0; i < len(more); i++ {
		switch m := more[i].(type) {
		case map[string]string:
			maps.Copy(env, m)
		case string:
			i++
			env[m] = more[i].(string)
		}
	}
	return env
}

// job runs lines as a CI does, wants an exit code, and returns what they print.
func (ns *namespace) job(t *testing.T, dir string, env map[string]string, want int, script string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-eo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "KUBECONFIG="+ns.kubeconfig)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("exit code %d (%v), want %d, of\n%s\n%s", code, err, want, script, out)
	}
	return string(out)
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func wellFormedXML(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var root struct {
		XMLName xml.Name
		Suites  []struct{} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &root); err != nil || root.XMLName.Local != "testsuites" || len(root.Suites) == 0 {
		t.Errorf("%v in %s", err, text)
	}
}

// TestExamplesAreLinted lets the linters have a look, where they are installed.
func TestExamplesAreLinted(t *testing.T) {
	root := filepath.Dir(shared.bin)
	for tool, patterns := range map[string][]string{
		"shellcheck": {"examples/*.sh", "examples/ci/*.sh", "test/*.sh"},
		"actionlint": {"examples/ci/github-actions.yaml"},
	} {
		var files []string
		for _, pattern := range patterns {
			found, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil || len(found) == 0 {
				t.Fatalf("%s: %v", pattern, err)
			}
			files = slices.Concat(files, found)
		}
		if _, err := exec.LookPath(tool); err != nil {
			left.add(t.Name(), tool+" is not installed")
			continue
		}
		if out, err := exec.Command(tool, files...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", tool, err, out)
		}
	}
}
