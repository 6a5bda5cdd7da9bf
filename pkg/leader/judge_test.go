package leader

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

var (
	acquired = time.Date(2026, 1, 4, 10, 0, 10, 500e6, time.UTC)
	renewed  = acquired.Add(time.Minute)
)

// evidence is a judgement of a healthy leader, changed by each case.
func evidence(holder string, change func(*judgement)) judgement {
	j := judgement{
		lock: election.Lock{
			Ref: election.Ref{Namespace: "ops", Name: "op"}, Exists: true,
			Record: election.Record{Holder: holder, Acquired: acquired, Renewed: renewed, Duration: 15 * time.Second},
		},
		state: election.Held, now: renewed.Add(time.Second),
		who: resolution{namespace: "ops", name: "op-0", rule: "exact", pod: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0", UID: "1"},
			Status: corev1.PodStatus{
				Phase: corev1.PodRunning, StartTime: at(acquired.Add(-time.Minute)),
				ContainerStatuses: []corev1.ContainerStatus{running("op", acquired.Add(-time.Minute))},
			},
		}},
	}
	if strings.Contains(holder, "_") {
		j.who.rule, j.who.perProcess = "host_uuid", true
	}
	change(&j)
	return j
}

// at is a time as the API gives it: cut to the second.
func at(t time.Time) *metav1.Time { return &metav1.Time{Time: t.Truncate(time.Second)} }

func running(name string, since time.Time) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, ContainerID: name + since.String(),
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: *at(since)}}}
}

func restartedAt(name string, since time.Time) corev1.ContainerStatus {
	status := running(name, since)
	status.RestartCount = 1
	return status
}

// never makes the lock one that is never renewed.
func never(change func(*judgement)) func(*judgement) {
	return func(j *judgement) {
		j.lock.Record.Renewed, j.lock.Record.Acquired, j.lock.Record.Duration = time.Time{}, time.Time{}, 0
		change(j)
	}
}

// ready gives the pod its Ready condition, and its container a readiness of its own.
func ready(status corev1.ConditionStatus, reason string, container bool) func(*judgement) {
	return func(j *judgement) {
		j.who.pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: status, Reason: reason}}
		j.who.pod.Status.ContainerStatuses[0].Ready = container
	}
}

// withSidecar gives a pod an init container that goes on.
func withSidecar(pod *corev1.Pod, status corev1.ContainerStatus) {
	always := corev1.ContainerRestartPolicyAlways
	pod.Spec.InitContainers = []corev1.Container{{Name: status.Name, RestartPolicy: &always}}
	pod.Status.InitContainerStatuses = []corev1.ContainerStatus{status}
}

func TestReason(t *testing.T) {
	const uuid, bare = "op-0_0c2c1c37", "op-0"
	now := metav1.Now()
	for _, test := range []struct {
		name   string
		holder string
		change func(*judgement)
		want   Reason
	}{
		{"a healthy leader", uuid, func(*judgement) {}, ""},
		{"released", "", func(j *judgement) { j.state = election.Released }, "Released"},
		{"expired", uuid, func(j *judgement) { j.state = election.Expired }, "Expired"},
		{"expired, and allowed", uuid, func(j *judgement) { j.state, j.allowExpired = election.Expired, true }, ""},
		{"missing, and expired allowed", uuid, func(j *judgement) { j.state, j.allowExpired = election.Missing, true }, "Missing"},
		{"no such pod or node", "CP-1_x", func(j *judgement) { j.who = resolution{reason: External} }, External},
		{"pod gone", uuid, func(j *judgement) { j.who.pod = nil }, PodGone},
		{"pod failed", uuid, func(j *judgement) { j.who.pod.Status.Phase = corev1.PodFailed }, PodFinished},
		{"pod being deleted", uuid, func(j *judgement) { j.who.pod.DeletionTimestamp = &now }, PodTerminating},
		{"container waits", uuid, func(j *judgement) {
			j.who.pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
		}, PodNotRunning},

		{"a pod of that name started within the term", uuid, func(j *judgement) { j.who.pod.Status.StartTime = at(acquired.Add(2 * time.Second)) }, OtherIncarnation},
		{"the same, but its identity survives a restart", bare, func(j *judgement) { j.who.pod.Status.StartTime = at(acquired.Add(2 * time.Second)) }, ""},
		{"it started after the last renewal", bare, func(j *judgement) { j.who.pod.Status.StartTime = at(renewed.Add(2 * time.Second)) }, OtherIncarnation},
		{"it started in the second of its acquisition", uuid, func(j *judgement) { j.who.pod.Status.StartTime = at(acquired.Add(100 * time.Millisecond)) }, ""},
		{"no acquireTime (coordinated election): the renewal decides", uuid, func(j *judgement) {
			j.lock.Record.Acquired = time.Time{}
			j.who.pod.Status.StartTime = at(acquired)
		}, ""},

		{"its only container restarted after the last renewal", uuid, func(j *judgement) {
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{restartedAt("op", renewed.Add(2*time.Second))}
		}, Restarted},
		{"it restarted in the second of the last renewal: who renewed is not clear", bare, func(j *judgement) {
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{restartedAt("op", renewed.Add(-300*time.Millisecond))}
		}, Restarted},
		{"it restarted before, and renewed since", bare, func(j *judgement) {
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{restartedAt("op", renewed.Add(-2*time.Second))}
		}, ""},
		{"it never restarted, and acquired in the second of its start", uuid, func(j *judgement) {
			j.lock.Record.Acquired, j.lock.Record.Renewed = acquired, acquired
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{running("op", acquired.Add(-100*time.Millisecond))}
		}, ""},
		{"one of two containers did: it may be the sidecar", uuid, func(j *judgement) {
			j.who.pod.Status.ContainerStatuses = append(j.who.pod.Status.ContainerStatuses, restartedAt("sidecar", renewed.Add(2*time.Second)))
		}, ""},
		{"its app crashes, its sidecar runs", bare, func(j *judgement) {
			withSidecar(j.who.pod, running("elector", acquired.Add(-time.Minute)))
			j.who.pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
		}, ""},
		{"its app has restarted, its sidecar has not", bare, func(j *judgement) {
			withSidecar(j.who.pod, running("elector", acquired.Add(-time.Minute)))
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{restartedAt("op", renewed.Add(2*time.Second))}
		}, ""},
		{"both have restarted", bare, func(j *judgement) {
			withSidecar(j.who.pod, restartedAt("elector", renewed.Add(2*time.Second)))
			j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{restartedAt("op", renewed.Add(2*time.Second))}
		}, Restarted},
		{"an init container that ends is none", bare, func(j *judgement) {
			withSidecar(j.who.pod, running("setup", acquired.Add(-time.Minute)))
			j.who.pod.Spec.InitContainers[0].RestartPolicy = nil
			j.who.pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "PodInitializing"}}
		}, PodNotRunning},
		{"the node of one that renews is lost", bare, func(j *judgement) { j.who.lost, j.who.pod.Status.Phase = true, corev1.PodUnknown }, ""},
		{"never renewed, and its node is lost", bare, never(func(j *judgement) { j.who.lost = true }), PodUnreachable},
		{"never renewed, phase Unknown", bare, never(func(j *judgement) { j.who.pod.Status.Phase = corev1.PodUnknown }), PodUnreachable},
		{"never renewed, NodeLost", bare, never(func(j *judgement) { j.who.pod.Status.Reason = "NodeLost" }), PodUnreachable},
		{"never renewed, Ready Unknown", bare, never(ready(corev1.ConditionUnknown, "", true)), PodUnreachable},
		{"never renewed, not ready by the node controller", bare, never(ready(corev1.ConditionFalse, "", true)), PodUnreachable},
		{"never renewed, not ready though its containers are", bare, never(ready(corev1.ConditionFalse, "ContainersNotReady", true)), PodUnreachable},
		{"never renewed, not ready by its probe", bare, never(ready(corev1.ConditionFalse, "ContainersNotReady", false)), ""},
		{"never renewed, not ready by its gates", bare, never(ready(corev1.ConditionFalse, "ReadinessGatesNotReady", true)), ""},
		{"never renewed, being deleted on a lost node", bare, never(func(j *judgement) { j.who.lost, j.who.pod.DeletionTimestamp = true, &now }), PodTerminating},
	} {
		t.Run(test.name, func(t *testing.T) {
			status := evidence(test.holder, test.change).status()
			if status.Reason != test.want {
				t.Errorf("reason %q, want %q", status.Reason, test.want)
			}
			if status.Led() != (status.Pod != nil) || status.Led() != (status.Err() == nil) {
				t.Errorf("led %v, but pod %v and error %v", status.Led(), status.Pod, status.Err())
			}
			if !strings.HasPrefix(status.Message(), "lease ops/op: ") {
				t.Errorf("message %q does not name the lock", status.Message())
			}
		})
	}
}

// TestReasonWithClocksThatAreOff: the record's times are by the holder's clock, the pod's by the
// kubelet's. That is the same clock where the node's is off, and another one where the holder's
// alone is.
func TestReasonWithClocksThatAreOff(t *testing.T) {
	const host, holder = "the node's clock is off", "the holder's alone is"
	for _, test := range []struct {
		name    string
		off     time.Duration
		whose   string
		started time.Duration // after the acquisition, in truth
		want    Reason
	}{
		{"behind", -10 * time.Minute, host, -time.Minute, ""},
		{"behind", -10 * time.Minute, holder, -time.Minute, ""},
		{"hours behind", -5 * time.Hour, holder, -time.Minute, ""},
		{"ahead", 10 * time.Minute, host, -time.Minute, ""},
		{"ahead", 10 * time.Minute, holder, -time.Minute, ""},
		{"behind, and another pod", -10 * time.Minute, host, 5 * time.Second, OtherIncarnation},
		{"behind, and another pod", -10 * time.Minute, holder, 5 * time.Second, OtherIncarnation},
		{"ahead, and another pod", 8 * time.Hour, host, 5 * time.Second, OtherIncarnation},
		{"ahead, and another pod", 8 * time.Hour, holder, 5 * time.Second, OtherIncarnation},
	} {
		t.Run(test.name+": "+test.whose, func(t *testing.T) {
			status := evidence("op-0_x", func(j *judgement) {
				start := acquired.Add(test.started)
				j.lock.Written = renewed.Truncate(time.Second)
				j.lock.Record.Acquired, j.lock.Record.Renewed = acquired.Add(test.off), renewed.Add(test.off)
				j.who.pod.CreationTimestamp = *at(start)
				if test.whose == host {
					start = start.Add(test.off)
				}
				j.who.pod.Status.StartTime = at(start)
				j.who.pod.Status.ContainerStatuses = []corev1.ContainerStatus{running("op", start)}
			}).status()
			if status.Reason != test.want {
				t.Errorf("reason %q, want %q", status.Reason, test.want)
			}
			if status.ClockSkew() != test.off {
				t.Errorf("a skew of %s, want %s", status.ClockSkew(), test.off)
			}
		})
	}
}

func TestTerminatingForEver(t *testing.T) {
	now := metav1.Now()
	dying := func(j *judgement) { j.who.pod.DeletionTimestamp, j.who.lost = &now, true }
	if text := evidence("op-0", never(dying)).status().Message(); !strings.Contains(text, "waiting does not help") {
		t.Errorf("nothing is said of the node: %s", text)
	}
	if text := evidence("op-0", dying).status().Message(); strings.Contains(text, "waiting") {
		t.Errorf("the record of a dead holder expires, which is worth waiting for: %s", text)
	}
}

func TestMessageEscapesTheHolder(t *testing.T) {
	status := evidence("\x1b]0;owned\a\u009b2J\n", func(*judgement) {}).status()
	for _, r := range status.Message() {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			t.Fatalf("control character %U in %q", r, status.Message())
		}
	}
}

func TestChangedSince(t *testing.T) {
	healthy := evidence("op-0_x", func(*judgement) {}).who.pod
	proven := healthy.DeepCopy()
	withSidecar(proven, running("elector", acquired.Add(-time.Minute)))
	restarts := proven.DeepCopy()
	restarts.Status.InitContainerStatuses[0] = running("elector", renewed.Add(time.Second))
	if !changedSince(proven, restarts, renewed) {
		t.Error("a sidecar that restarts changes nothing")
	}
	restarts = proven.DeepCopy()
	restarts.Status.ContainerStatuses[0] = running("op", renewed.Add(time.Second))
	if changedSince(proven, restarts, renewed) {
		t.Error("its app restarts, and the sidecar that may be elected is in doubt")
	}
	for _, test := range []struct {
		name  string
		after corev1.ContainerStatus
		want  bool
	}{
		{"nothing happened", healthy.Status.ContainerStatuses[0], false},
		{"it stopped", corev1.ContainerStatus{Name: "op", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}, true},
		{"it restarted after the renewal", running("op", renewed.Add(time.Second)), true},
		{"it restarted in the second of the renewal: who renewed is not clear", running("op", renewed), true},
		{"it restarted well before the renewal", running("op", renewed.Add(-5*time.Second)), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := healthy.DeepCopy()
			after.Status.ContainerStatuses[0] = test.after
			if got := changedSince(healthy, after, renewed); got != test.want {
				t.Errorf("changed %v, want %v", got, test.want)
			}
		})
	}
}

func TestContinues(t *testing.T) {
	term := evidence("op-0_x", func(*judgement) {}).status()
	for _, test := range []struct {
		name   string
		change func(*judgement)
		want   bool
	}{
		{"the same", func(*judgement) {}, true},
		{"renewed", func(j *judgement) { j.lock.Record.Renewed = renewed.Add(time.Second) }, true},
		{"being deleted, but still the holder", func(j *judgement) { n := metav1.Now(); j.who.pod.DeletionTimestamp = &n }, true},
		{"expired", func(j *judgement) { j.state = election.Expired }, false},
		{"released", func(j *judgement) { j.state = election.Released; j.lock.Record.Holder = "" }, false},
		{"pod gone", func(j *judgement) { j.who.pod = nil }, false},
		{"another pod of the name", func(j *judgement) { j.who.pod.UID = "2" }, false},
		{"another term", func(j *judgement) { j.lock.Record.Acquired = acquired.Add(time.Second) }, false},
		{"a count that grows with each renewal", func(j *judgement) { j.lock.Record.Transitions++ }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := evidence("op-0_x", test.change).status().Continues(term); got != test.want {
				t.Errorf("continues %v, want %v", got, test.want)
			}
		})
	}
}
