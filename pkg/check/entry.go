package check

import (
	"cmp"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// entryFields are the fields of the entries of a list in the kubectl block.
func entryFields(name string) []string {
	fields := []string{"leaderElection", "namespace"}
	switch name {
	case "lock":
		return append(fields, "lock", "held", "released", "missing", "holder", "holderNot", "changedFrom", "termAfter", "transitions", "renewedWithin", "stableFor", "podReady")
	case "port-forward":
		fields = append(fields, "port", "path", "scheme", "serverName", "method", "headers", "body", "status", "statusCode", "wait", "jq", "yq", "metric")
	case "logs":
		fields = append(fields, "container", "allContainers", "since", "sinceTime", "sinceAcquired", "tail", "previous", "jq")
	case "exec":
		fields = append(fields, "container", "command", "exitCode", "jq", "yq", "metric")
	case "delete":
		return append(fields, "ignoreNotFound")
	}
	return append(fields, operatorNames()...)
}

func leaderElectionFields() []string { return []string{"lease", "namespace"} }

// foreignEntry are the fields of the E2E schema that choose something else than a leader.
func foreignEntry(name string) map[string]string {
	reason := "chooses something else than a leader: take it out, and write leaderElection: {lease: NAME}"
	switch name {
	case "port-forward":
		return foreign(reason, "service", "pod")
	case "logs":
		all := foreign(reason, "name", "labelSelector")
		for name, reason := range foreign("does not go with logs: jq reads each line that is JSON", "yq", "metric") {
			all[name] = reason
		}
		return all
	case "exec":
		return foreign(reason, "name", "labelSelector")
	case "delete":
		return foreign(reason, "file", "kind", "name")
	}
	return nil
}

// entry is one mapping of a list in the kubectl block.
type entry struct {
	*mapping
	list string // the name of the list: logs
}

// entry reads one check. A check with a problem is left out.
func (f *file) entry(name string, node *yaml.Node) (Spec, bool) {
	before := len(f.problems)
	m, ok := f.mapping(node, "kubectl."+name, entryFields(name), foreignEntry(name))
	if !ok {
		return Spec{}, false
	}
	e := entry{m, name}
	s := Spec{Source: Source{f.name, max(m.line, 1)}}
	e.leader(&s)
	switch name {
	case "lock":
		s.Conditions = e.conditions()
	case "port-forward":
		s.HTTP = e.http()
	case "logs":
		s.Logs = e.logs()
	case "exec":
		s.Exec = e.exec()
	case "delete":
		s.Delete = &Delete{IgnoreNotFound: m.flag("ignoreNotFound")}
	}
	s.Extractor = e.extractor()
	s.Assertions = e.assertions()
	if len(f.problems) > before {
		return Spec{}, false
	}
	for _, problem := range s.problems() {
		m.wrong(problem.Field, "%s", problem.Message)
	}
	return s, len(f.problems) == before
}

// leader reads which leader is meant. The lock's namespace is the entry's unless leaderElection has one; the pod's is the
// entry's, or else the lock's, as where only leaderElection has one the pod is there, too.
func (e entry) leader(s *Spec) {
	s.Namespace = e.text("namespace")
	s.Lock.Namespace = s.Namespace
	lock, field := e.mapping, "lock"
	switch {
	case e.has("leaderElection") && e.has("lock"):
		e.wrong("lock", "and leaderElection mean the same: give one of them")
		return
	case e.has("leaderElection"):
		nested, ok := e.mapping.mapping(e.values["leaderElection"], "leaderElection", leaderElectionFields(), nil)
		if !ok {
			return
		}
		s.Lock.Namespace = cmp.Or(nested.text("namespace"), s.Namespace)
		s.Namespace = cmp.Or(s.Namespace, s.Lock.Namespace)
		lock, field = nested, "lease"
	case !e.has("lock") && e.list != "lock":
		e.noLeader()
		return
	}
	if !lock.has(field) {
		lock.wrong(field, "is missing: the name of the Lease that the leader holds, or TYPE/NAME of another kind of lock")
		return
	}
	name := lock.text(field)
	if name == "" {
		return
	}
	ref, err := election.ParseRef(name)
	if err != nil {
		lock.wrong(field, "is no lock: %v", err)
		return
	}
	ref.Namespace = s.Lock.Namespace
	s.Lock = ref
}

// noLeader refuses an entry that is about something else, unless that was told already.
func (e entry) noLeader() {
	for name := range foreignEntry(e.list) {
		if e.has(name) {
			return
		}
	}
	e.wrong("leaderElection", "is missing, so that the entry has nothing to do with a leader: add leaderElection: {lease: NAME}, or leave it to kubectl or to ork e2e")
}
