package identity

import (
	"regexp"
	"slices"
	"strings"
)

// form is what a case's lockKind says: a kind of object, and where in it the record is.
type form struct {
	base string // of kinds, or empty if it cannot be told
	twin string // another object of the name with the same record, as configmapsleases had
	// Where the record is, if not in the usual place of the kind.
	patroni, data, owner bool
}

// word finds what says a kind, anywhere in a lockKind in small letters. The first ones are here to be passed over: they
// contain others, and are none.
var word = regexp.MustCompile(`releas[a-z]*|lease[^a-z]?candidates?|endpoint[^a-z]?slices?|` +
	`cluster[^a-z]?kopf[^a-z]?peering|kopf[^a-z]?peering|config[^a-z]?map|\bcm\b|endpoint|\bep\b|daemon[^a-z]?set|\bds\b|lease|` +
	`patroni|spilo|kopf|kured`)

// wordKinds are the kinds that are said by the words.
var wordKinds = map[string]string{
	"lease":     "lease",
	"configmap": "configmap", "cm": "configmap",
	"endpoint": "endpoints", "ep": "endpoints",
	"daemonset": "daemonset", "ds": "daemonset", "kured": "daemonset",
	"clusterkopfpeering": "clusterkopfpeering",
	"kopfpeering":        "kopfpeering",
	"kopf":               "kopf", // either
	"patroni":            "patroni", "spilo": "patroni",
}

// form reads the lockKind, of whatever spelling, and where it says no kind takes the one whose fields the case has.
func (c *Case) form() form {
	text := strings.ReplaceAll(strings.ToLower(c.LockKind), "metadata", "")
	var said []string
	for _, one := range word.FindAllString(text, -1) {
		if kind, ok := wordKinds[plain(one)]; ok {
			said = append(said, kind)
		}
	}
	says := func(kind string) bool { return slices.Contains(said, kind) }
	f := form{
		patroni: says("patroni"),
		data:    strings.Contains(text, "data") || strings.Contains(text, "spring"),
		owner:   strings.Contains(text, "owner") || strings.Contains(plain(text), "forlife"),
	}
	holders := slices.DeleteFunc(slices.Clone(said), func(kind string) bool { return kind != "configmap" && kind != "endpoints" })
	switch {
	case says("lease"):
		f.base = "lease"
		if len(holders) > 0 {
			f.twin = holders[0]
		}
	case len(holders) > 0:
		f.base = holders[0]
	case f.patroni:
		f.base = "endpoints"
	case says("kopf"), says("kopfpeering") && says("clusterkopfpeering"):
		f.base = c.kopfBase()
	case len(said) > 0:
		f.base = said[0]
	default:
		f.base = c.inferred()
	}
	return f
}

// kopfBase is which of kopf's two kinds is meant where only the namespace tells.
func (c *Case) kopfBase() string {
	if c.LockNamespace == "" {
		return "clusterkopfpeering"
	}
	return "kopfpeering"
}

// inferred is the kind of lock whose fields the case has.
func (c *Case) inferred() string {
	holds := func(from texts, parts ...string) bool {
		for key, text := range from {
			for _, part := range parts {
				if strings.Contains(key, part) || strings.Contains(text, part) {
					return true
				}
			}
		}
		return false
	}
	switch {
	case c.passedOver():
		return ""
	case strings.Contains(string(c.Status), "lastseen"), strings.Contains(string(c.Status), "priority"), holds(c.Data, "lastseen"):
		return c.kopfBase()
	case holds(c.Annotation, "nodeID", kuredAnnotation):
		return "daemonset"
	case c.patroniAnnotated():
		return "endpoints"
	case holds(c.Annotation, "holderIdentity", leaderAnnotation), holds(c.Data, springRole), c.Owners.pods():
		return "configmap"
	case c.LeaseSpec != nil:
		return "lease"
	}
	return ""
}

// passedOver tells a lockKind that says a kind of which no lock is.
func (c *Case) passedOver() bool {
	text := plain(c.LockKind)
	return strings.Contains(text, "leasecandidate") || strings.Contains(text, "endpointslice")
}
