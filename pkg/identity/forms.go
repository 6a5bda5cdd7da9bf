package identity

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// A Form is a way to put a host name into a holderIdentity.
type Form struct {
	// Rule is what is reported as the reason for the choice.
	Rule string
	// Example is a real identity of this form, Host the host name in it.
	Example, Host string
	// Source is where the identity is formed, in the source of a project that does so.
	Source string

	// read cuts the host name out; "" when the holder has another form.
	read func(holder string) (host, rest string)
	// perProcess reports that a restarted process writes another identity; by what is left of the holder.
	perProcess func(rest string) bool
}

// Forms are all that is known. What they cut off has to look like what the project adds, since a pod that is gone must
// not be mistaken for another one whose name begins like its own.
var Forms = []Form{
	{
		Rule: "exact", Example: "ingress-nginx-controller-6d8b9c7f5d-4kx2z", Host: "ingress-nginx-controller-6d8b9c7f5d-4kx2z",
		Source: "kubernetes/ingress-nginx internal/ingress/controller/status.go: the pod's name; kubernetes/autoscaler cluster-autoscaler/main.go: os.Hostname()",
		read:   func(holder string) (string, string) { return holder, "" }, perProcess: never,
	},
	{
		Rule: "host_uuid", Example: "keda-operator-6b8d6f8d5c-7q5lw_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", Host: "keda-operator-6b8d6f8d5c-7q5lw",
		Source: "sigs.k8s.io/controller-runtime pkg/leaderelection/leader_election.go; knative/serving pkg/autoscaler/bucket/bucket.go: POD_NAME_POD_IP",
		read:   func(holder string) (string, string) { return cut(holder, strings.Index(holder, "_")) }, perProcess: random,
	},
	{
		// The host name of a node may have underscores of its own.
		Rule: "host_uuid", Example: "build_box_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", Host: "build_box",
		Source: "sigs.k8s.io/controller-runtime pkg/leaderelection/leader_election.go, on the host network",
		read:   func(holder string) (string, string) { return cut(holder, strings.LastIndex(holder, "_")) }, perProcess: random,
	},
	{
		Rule: "host-dash-suffix", Example: "cert-manager-7d4b5d746b-abcde-external-cert-manager-controller", Host: "cert-manager-7d4b5d746b-abcde",
		Source: "cert-manager/cert-manager cmd/controller/app/controller.go, and what has that code: loft-sh/vcluster pkg/leaderelection, jetstack/navigator, service-catalog",
		read:   func(holder string) (string, string) { return before(holder, "-external-") }, perProcess: never,
	},
	{
		Rule: "host-dash-suffix", Example: "ip-10-3-116-232.ap-northeast-1.compute.internal-JiNhCkOAFs", Host: "ip-10-3-116-232.ap-northeast-1.compute.internal",
		Source: "cilium/cilium operator/cmd/root.go: ten random letters",
		read:   beforeRandomLetters, perProcess: always,
	},
	{
		Rule: "host-dash-suffix", Example: "operator-7f6d8c5b9b-rg2lw-0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", Host: "operator-7f6d8c5b9b-rg2lw",
		Source: "a host and anything, as homemade elections have it",
		read:   afterWorkload, perProcess: random,
	},
	{
		Rule: "host/rest", Example: "operator-7f6d8c5b9b-rg2lw/2026-01-04T10:00:00/x4k", Host: "operator-7f6d8c5b9b-rg2lw",
		Source: "nolar/kopf kopf/_core/engines/peering.py: [user@]host/time/random",
		read:   beforeSlash, perProcess: always,
	},
	{
		Rule: "host:rest", Example: "op-0:8080", Host: "op-0",
		Source: "a host and a port, as homemade elections have it",
		read:   beforeColon, perProcess: random,
	},
	{
		Rule: "namespace/name", Example: "ops/op-0", Host: "op-0",
		Source: "k8s.io/apimachinery pkg/types NamespacedName, as homemade elections have it",
		read:   afterNamespace, perProcess: never,
	},
}

// A Reading is a host name that a holder may contain.
type Reading struct {
	Host string
	// Namespace is the pod's, where the holder names it; else "".
	Namespace  string
	Rule       string
	PerProcess bool
}

// Readings lists what a holder may say, each host once.
func Readings(holder string) []Reading {
	var readings []Reading
	add := func(r Reading) {
		if r.Host = withoutClusterDomain(r.Host); r.Host == "" {
			return
		}
		for _, known := range readings {
			if known.Host == r.Host {
				return
			}
		}
		readings = append(readings, r)
	}
	for _, form := range Forms {
		host, rest := form.read(holder)
		if host == "" {
			continue
		}
		r := Reading{Host: host, Rule: form.Rule, PerProcess: form.perProcess(rest)}
		if form.Rule == "namespace/name" {
			r.Namespace = rest
		}
		add(r)
		// nolar/kopf kopf/_core/engines/peering.py: user@host
		add(Reading{Host: host[strings.LastIndex(host, "@")+1:], Rule: "prefix-host", PerProcess: r.PerProcess})
	}
	return readings
}

// withoutClusterDomain cuts what nobody can know outside of the cluster off a pod's full name.
func withoutClusterDomain(host string) string {
	if name, domain, found := strings.Cut(host, ".svc."); found && isName(domain) {
		return name + ".svc"
	}
	return host
}

func cut(holder string, at int) (host, rest string) {
	if at <= 0 {
		return "", ""
	}
	return holder[:at], holder[at+1:]
}

// beforeRandomLetters cuts letters of both cases off, which no pod's name has. What could be a pod's own name is left
// alone, however random its end is: the pod may be gone.
func beforeRandomLetters(holder string) (host, rest string) {
	host, rest = cut(holder, strings.LastIndex(holder, "-"))
	if randomLetters().MatchString(rest) && rest != strings.ToLower(rest) {
		return host, rest
	}
	return "", ""
}

// afterWorkload cuts off what follows the name of a workload's pod: anything after a Deployment's, whose hash no other
// name has in its middle, and a UUID or a time after the shorter names of a DaemonSet's or StatefulSet's.
func afterWorkload(holder string) (host, rest string) {
	for at := len(holder) - 1; at > 0; at-- {
		if strings.IndexByte("-.", holder[at]) < 0 {
			continue
		}
		host, rest = cut(holder, at)
		suffix := generatedEnd(host)
		if strings.Count(suffix, "-") > 1 || (suffix != "" || ordinalEnd(host) != "") && (uuid().MatchString(rest) || unixTime().MatchString(rest)) {
			return host, rest
		}
	}
	return "", ""
}

var unixTime = pattern(`^[0-9]{10,}$`)

var randomLetters = pattern(`^[a-zA-Z]{8,}$`)

// beforeSlash cuts off what follows a host, unless that is a name and the host its namespace.
func beforeSlash(holder string) (host, rest string) {
	host, rest = cut(holder, strings.Index(holder, "/"))
	if !strings.Contains(host, "@") && !hopeless(rest) && isName(rest) && generatedEnd(host) == "" {
		return "", ""
	}
	return host, rest
}

// beforeColon cuts at a colon, if that is the only one: more are a time or an address.
func beforeColon(holder string) (host, rest string) {
	if strings.Count(holder, ":") != 1 || strings.Contains(holder, "/") {
		return "", ""
	}
	return cut(holder, strings.Index(holder, ":"))
}

// afterNamespace takes the name of NAMESPACE/NAME.
func afterNamespace(holder string) (name, namespace string) {
	namespace, name = cut(holder, strings.Index(holder, "/"))
	if !isName(namespace) || hopeless(name) || !isName(name) {
		return "", ""
	}
	return name, namespace
}

func isName(text string) bool { return len(validation.IsDNS1123Subdomain(text)) == 0 }

// before cuts off a word and all that follows.
func before(holder, word string) (host, rest string) {
	host, rest, found := strings.Cut(holder, word)
	if !found {
		return "", ""
	}
	return host, rest
}

func never(string) bool  { return false }
func always(string) bool { return true }

// random tells what a process makes up when it starts from what a restarted one has again: an address, a port, a word.
func random(rest string) bool {
	return uuid().MatchString(rest) || unixTime().MatchString(rest) || hexDigits().MatchString(rest) && strings.ContainsAny(rest, "0123456789") && strings.ContainsAny(rest, "abcdef") ||
		randomLetters().MatchString(rest) && rest != strings.ToLower(rest)
}

// hexDigits: ingress-gce has up to five of them, and UUIDs are cut short by some.
var hexDigits = pattern(`^[0-9a-f]{4,}$`)
