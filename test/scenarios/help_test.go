package scenarios

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// stage is where the examples of the help are run: a namespace that has what they speak of.
type stage struct {
	*namespace
	dir string
}

// manager lets a demo operator look like one that was made with kubebuilder.
const manager = `[
	{"op": "replace", "path": "/spec/template/spec/containers/0/name", "value": "manager"},
	{"op": "replace", "path": "/spec/template/spec/containers/0/ports/0/name", "value": "metrics"},
	{"op": "replace", "path": "/spec/template/spec/containers/0/readinessProbe/httpGet/port", "value": "metrics"}
]`

// checks is the file of checks that an example reads.
const checks = "expect:\n- kubectl:\n    lock:\n    - {lock: my-operator-leader, held: true}\n"

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{shared.deploy(t, "--name=my-operator-leader", "--replicas=1"), t.TempDir()}
	if err := s.lab.deployOperator("cert-manager", []string{"--lease-namespace=kube-system", "--name=cert-manager-controller", "--replicas=1"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.sh(t, "kubectl delete namespace cert-manager --wait=false && kubectl delete -n kube-system role/cert-manager-controller rolebinding/cert-manager-controller lease/cert-manager-controller")
	})
	if err := os.MkdirAll(filepath.Join(s.dir, ".local", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "checks.yaml"), []byte(checks), 0o644); err != nil {
		t.Fatal(err)
	}
	s.sh(t, "kubectl patch deployment my-operator-leader --type=json -p '"+manager+"' && kubectl rollout status deployment/my-operator-leader")
	s.sh(t, `kubectl create configmap legacy && kubectl annotate configmap legacy 'control-plane.alpha.kubernetes.io/leader={"holderIdentity":"op-0"}'`)
	s.sh(t, "kubectl label lease my-operator-leader app.kubernetes.io/part-of=my-platform")
	s.untilLed(t)
	return s
}

// command is a script in bash, as who reads the help would paste it.
func (s *stage) command(script string) *exec.Cmd {
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.kubeconfig, "HOME="+s.dir, "OLD_LEADER=somebody-else")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func (s *stage) sh(t *testing.T, script string) string {
	t.Helper()
	cmd := s.command(script)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Errorf("%s\n%v\n%s%s", script, err, output, &stderr)
	}
	return string(output)
}

// untilLed waits until somebody leads, and answers.
func (s *stage) untilLed(t *testing.T) {
	t.Helper()
	s.sh(t, "kubectl leader assert my-operator-leader --port=metrics --path=/healthz --pod-ready --timeout=3m")
}

// replace has the leader replaced by another pod.
func (s *stage) replace(t *testing.T) {
	t.Helper()
	s.sh(t, `kubectl delete "$(kubectl leader holder my-operator-leader -o name)" --wait=false`)
	s.untilLed(t)
}

// crash has the leader's container start anew. The Lease, which would last for a minute, is taken
// from the process that is dead.
func (s *stage) crash(t *testing.T) {
	t.Helper()
	forward, url := forwardedTo(t, s.namespace, "my-operator-leader")
	post(t, url+"/crash")
	forward.end(t, os.Interrupt)
	s.sh(t, `kubectl wait pod -l app=my-operator-leader --timeout=3m --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1`)
	s.sh(t, `kubectl patch lease my-operator-leader --type=merge -p '{"spec":{"holderIdentity":""}}'`)
	s.untilLed(t)
}

var (
	endless   = regexp.MustCompile(` (logs -f|watch|--watch|port-forward)\s`)
	localPort = regexp.MustCompile(` (\d+)(:\w+)?$`)
	comment   = regexp.MustCompile(`(?m)^# .*\n`)
)

// TestExamplesOfTheHelp runs each example of each command's help as it is written, with kubectl and the plugin on the PATH.
func TestExamplesOfTheHelp(t *testing.T) {
	only(t, "it deploys to namespaces that are not its own", kwok, kubelet)
	t.Parallel()
	s := newStage(t)
	played := 0
	for command := range strings.Lines(s.sh(t, `kubectl-leader __completeNoDesc ""`)) {
		command = strings.TrimSpace(command)
		if strings.HasPrefix(command, ":") {
			continue // that were all
		}
		examples := examplesOf(s.sh(t, "kubectl leader "+command+" --help"))
		if len(examples) == 0 && command != "options" {
			t.Errorf("%s has no examples", command)
		}
		for _, example := range examples {
			title, _, _ := strings.Cut(strings.TrimPrefix(example, "# "), "\n")
			t.Run(command+"/"+title, func(t *testing.T) { s.play(t, example) })
			played++
		}
	}
	if played < 30 {
		t.Errorf("%d examples are too few", played)
	}
}

// examplesOf are the examples that a help has: comments, and the commands below them.
func examplesOf(help string) []string {
	_, section, _ := strings.Cut(help, "\nExamples:\n")
	var examples []string
	var lines []string
	for line := range strings.Lines(section) {
		text, indented := strings.CutPrefix(line, "  ")
		if indented {
			lines = append(lines, text)
			continue
		}
		if lines != nil {
			examples = append(examples, strings.Join(lines, ""))
		}
		if lines = nil; line != "\n" {
			break // the next section
		}
	}
	return examples
}

func (s *stage) play(t *testing.T, example string) {
	script := comment.ReplaceAllString(example, "")
	isEndless := endless.MatchString(script) && !strings.Contains(script, " -- ") && !strings.Contains(script, "--count")
	if port := localPort.FindStringSubmatch(script); strings.Contains(script, " port-forward ") && port != nil {
		listener, err := net.Listen("tcp", ":"+port[1])
		if err != nil {
			leaveOut(t, "somebody else has the port: "+err.Error())
		}
		listener.Close() // it was to see whether the port is free
	}
	if _, err := exec.LookPath("jq"); err != nil && strings.Contains(script, "jq ") {
		leaveOut(t, "jq is not installed")
	}
	if strings.Contains(script, "--previous") {
		s.crash(t)
	}
	p := startCommand(t, s.command(example))
	t.Cleanup(func() { syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }) // it may have ended
	waits := strings.Contains(script, "--count=1")
	for (waits || strings.Contains(script, "jq ") && p.stdout.String() == "") && !isOver(p) {
		s.replace(t) // there is nothing to tell of until something happens
	}
	want := 0
	if isEndless {
		p.stdout.until(t, "a word", func(text string) bool { return text != "" })
		want = 130
		if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	code := p.wait(t)
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGINT {
		code = 130 // bash ends like the last command of a pipe: not every one catches the signal
	}
	if code != want {
		t.Errorf("exit code %d, want %d; stdout:\n%s", code, want, p.stdout)
	}
	if stderr := p.stderr.String(); strings.Contains(stderr, "error:") {
		t.Errorf("stderr: %s", stderr)
	}
	if strings.Contains(script, "_complete-") {
		if got := s.sh(t, `PATH=~/.local/bin:$PATH kubectl __completeNoDesc leader holder my-op`); !strings.HasPrefix(got, "my-operator-leader\n") {
			t.Errorf("kubectl completes with %q", got)
		}
	}
}

func isOver(p *process) bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}
