package identity

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A holder may have text before and behind a pod's or a node's name, and there is no end to what
// projects put there. So the name is not cut out by a guess: each pod and node says what it is
// called, and is looked for in the holder.

// part is a pod whose whole name is a part of the holder, between separators.
type part struct {
	match Match
	// told reports that what stands around the name is no part of another name.
	told bool
}

// byPart takes a pod whose name is in the holder. The longest name wins, and among those the one
// that is nearest. Where pods are not looked for first, only a name counts that no other pod has.
func (s *Search) byPart(pod *corev1.Pod) bool {
	if s.random || s.near(pod) == 0 && generatedEnd(pod.Name) == "" {
		return false
	}
	found := false
	for _, host := range Hosts(pod) {
		if host.rank == rewritten || host.rank == address && !strings.Contains(host.Name, ".") || !telling(host.Name) {
			continue
		}
		for before, behind := range around(s.text, host.Name) {
			if s.isOtherNamespace(host.Name, pod.Namespace) {
				continue
			}
			found = true
			s.keepPart(part{
				match: Match{
					Pod: pod, Rule: cmp.Or(host.Rule, partRule(before)), PerProcess: random(strings.Trim(behind, separators)) || strings.Contains(behind, blank),
					rank: rank{pod: 1, length: len(host.Name), near: s.near(pod)},
				},
				told: s.selector != nil || s.tellsPod(before, behind, host, pod),
			})
		}
	}
	return found
}

// isOtherNamespace reports that the holder says in which namespace the pod of a name is, and that
// this is another one.
func (s *Search) isOtherNamespace(name, namespace string) bool {
	return slices.ContainsFunc(s.readings, func(r Reading) bool { return r.Host == name && r.Namespace != "" && r.Namespace != namespace })
}

func (s *Search) keepPart(p part) {
	if len(s.parts) > 0 {
		switch order := p.match.rank.compare(s.parts[0].match.rank); {
		case order < 0:
			return
		case order > 0:
			s.parts = nil
		}
	}
	for i, known := range s.parts {
		if known.match.Pod.Namespace == p.match.Pod.Namespace && known.match.Pod.Name == p.match.Pod.Name {
			s.parts[i].told = known.told || p.told
			return
		}
	}
	if len(s.parts) < keepMost {
		p.match.Pod = p.match.Pod.DeepCopy() // or the whole page would be kept with it
		s.parts = append(s.parts, p)
	}
}

// partMatches are the pods whose names are in the holder; none where it may be that none of them is
// meant.
func (s *Search) partMatches() []Match {
	if s.siblings {
		return nil // a pod of the longer name may well have existed
	}
	var matches []Match
	for _, p := range s.parts {
		if !p.told {
			return nil
		}
		matches = append(matches, p.match)
	}
	return matches
}

const (
	// blank stands in a holder's text for a UUID in it: a part of that is no name.
	blank = "\x00"
	// separators are what may stand between the parts of a holder, of those that names have, too.
	separators = "-. " + blank
)

// around finds a name in a text, whole and between separators or an end, and hands on what stands
// before and behind it. A text that is the name is none of these.
func around(text, name string) func(yield func(before, behind string) bool) {
	return func(yield func(before, behind string) bool) {
		if name == "" {
			return
		}
		for from := 0; ; {
			at := strings.Index(text[from:], name)
			if at < 0 {
				return
			}
			before, behind := text[:from+at], text[from+at+len(name):]
			whole := (before == "" || !alphanumeric(before[len(before)-1])) && (behind == "" || !alphanumeric(behind[0]))
			if whole && before+behind != "" && !yield(before, behind) {
				return
			}
			from += at + 1
		}
	}
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// telling reports that a name is not one that anything may contain by chance.
func telling(name string) bool {
	return len(name) > 1 && strings.Trim(name, "0123456789") != "" && !slices.Contains(everybody, name) && !slices.Contains(lockWords, name)
}

func partRule(before string) string {
	if before != "" {
		return "prefix-host"
	}
	return "host-dash-suffix"
}

// tellsPod reports that what stands around a pod's name is not the rest of a longer name, which a
// pod that is gone may have had. What a controller has generated is in no other name, so anything
// may stand around it.
func (s *Search) tellsPod(before, behind string, host Host, pod *corev1.Pod) bool {
	if host.rank == address {
		return !strings.HasSuffix(before, ".") && !strings.HasPrefix(behind, ".")
	}
	switch {
	case generatedEnd(host.Name) != "":
		return true
	case ordinalEnd(host.Name) == "" && (!announcesHolder(before) || behind != ""):
		return false // a mere word
	}
	return s.tellsBefore(before, pod) && s.tellsBehind(behind, pod)
}

func (s *Search) tellsBefore(before string, pod *corev1.Pod) bool {
	switch {
	case before == "", !strings.ContainsAny(before[len(before)-1:], separators), strings.HasSuffix(before, blank+"-"), announcesHolder(before):
		return true
	}
	// Its own words once more, or a pod that has the lock's name.
	return consistsOf(before, wordsOf(stem(pod.Name))) && strings.Trim(before, "0123456789"+separators) != "" ||
		kinship(s.claim, pod).strength >= sameName
}

func (s *Search) tellsBehind(behind string, pod *corev1.Pod) bool {
	switch {
	case behind == "", !strings.ContainsAny(behind[:1], separators):
		return true
	case behind[0] == '.':
		known := append(wordsOf(pod.Namespace+"-"+pod.Spec.Subdomain), "svc", "pod", "cluster", "local")
		return consistsOf(strings.TrimLeft(behind, separators), known)
	}
	rest := behind[1:]
	if strings.Contains(rest, blank) || strings.Trim(rest, "0123456789") == "" {
		return true // a UUID, a process's number
	}
	return generatedEnd(behind) == "" && ordinalEnd(behind) == ""
}

// tellsNode reports that what stands around a node's name is not the rest of a longer name.
func (s *Search) tellsNode(before, behind string) bool {
	if before != "" && strings.ContainsAny(before[len(before)-1:], separators) && !announcesHolder(before) {
		return false
	}
	switch {
	case behind == "", !strings.ContainsAny(behind[:1], separators), behind == "-"+blank:
		return true
	case behind[0] == '.', generatedEnd(behind) != "", ordinalEnd(behind) != "":
		return false
	}
	// A word that the lock or its writer is called by, too.
	of := wordsOf(s.claim.LockName + "-" + strings.Join(s.claim.Managers, "-"))
	return saysElection(behind) || slices.ContainsFunc(wordsOf(behind), func(word string) bool {
		return telling(word) && slices.Contains(of, word)
	})
}

// announcesHolder reports that a text before a name says that the holder's follows. Workloads are
// called external and identity, too: external-web-0, which is gone, must not lead to web-0.
func announcesHolder(before string) bool {
	return slices.ContainsFunc(wordsOf(before), func(word string) bool {
		return slices.Contains(electionWords, word) && !slices.Contains(workloadWords, word)
	})
}

// workloadWords are those electionWords that workloads are called by as well.
var workloadWords = []string{"external", "identity"}

// electionWords are what identities say of an election, and names of pods hardly do.
var electionWords = []string{"leader", "elector", "election", "leaderelection", "candidate", "identity", "unknown", "external"}

func saysElection(text string) bool {
	return slices.ContainsFunc(wordsOf(text), func(word string) bool { return slices.Contains(electionWords, word) })
}

// consistsOf reports that a text has no words but the known ones, and numbers.
func consistsOf(text string, known []string) bool {
	return !slices.ContainsFunc(wordsOf(text), func(word string) bool {
		return strings.Trim(word, "0123456789") != "" && !slices.Contains(known, word)
	})
}

// wordsOf are the words of a text, in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 0x80 && !alphanumeric(byte(r)) })
}

// anyAddress finds what may be a pod's address.
var anyAddress = pattern(`[0-9]{1,3}(\.[0-9]{1,3}){3}`)

// partKeys are the last two words of all names that may be a part of the holder, and whole
// addresses.
func (s *Search) partKeys() []string {
	var keys []string
	if strings.Count(s.text, ".") >= 3 {
		keys = anyAddress().FindAllString(s.text, -1)
	}
	for end := 1; end <= len(s.text); end++ {
		if !alphanumeric(s.text[end-1]) || end < len(s.text) && alphanumeric(s.text[end]) {
			continue
		}
		last := lastWords(s.text[:end])
		_, word := cutLast(last)
		named := isRandom(word) && len(word) == 5 || strings.Trim(word, "0123456789") == ""
		if named || end == len(s.text) || !strings.ContainsAny(s.text[end:end+1], "-.") {
			keys = append(keys, last)
			if !named && word != "" {
				keys = append(keys, word) // a name of one word
			}
		}
	}
	return keys
}

// lastWords is what a name has behind the last separator but one.
func lastWords(name string) string {
	seen := 0
	for at := len(name) - 1; at >= 0; at-- {
		if !alphanumeric(name[at]) {
			if seen++; seen == 2 {
				return name[at+1:]
			}
		}
	}
	return name
}
