package identity

import (
	"net/netip"
	"regexp"
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
		read:   func(holder string) (string, string) { return cut(holder, strings.Index(holder, "_")) }, perProcess: notAnAddress,
	},
	{
		// The host name of a node may have underscores of its own.
		Rule: "host_uuid", Example: "build_box_0c2c1c37-9f3b-4a5e-9d4a-6a2c7b3f1d10", Host: "build_box",
		Source: "sigs.k8s.io/controller-runtime pkg/leaderelection/leader_election.go, on the host network",
		read:   func(holder string) (string, string) { return cut(holder, strings.LastIndex(holder, "_")) }, perProcess: notAnAddress,
	},
	{
		Rule: "host-dash-suffix", Example: "cert-manager-7d4b5d746b-abcde-external-cert-manager-controller", Host: "cert-manager-7d4b5d746b-abcde",
		Source: "cert-manager/cert-manager cmd/controller/app/controller.go",
		read:   func(holder string) (string, string) { return before(holder, "-external-cert-manager-controller") }, perProcess: never,
	},
	{
		Rule: "host-dash-suffix", Example: "ip-10-3-116-232.ap-northeast-1.compute.internal-JiNhCkOAFs", Host: "ip-10-3-116-232.ap-northeast-1.compute.internal",
		Source: "cilium/cilium operator/cmd/root.go: ten random letters",
		read:   func(holder string) (string, string) { return beforeRandom(holder) }, perProcess: always,
	},
	{
		Rule: "host/rest", Example: "operator-7f6d8c5b9b-rg2lw/2026-01-04T10:00:00/x4k", Host: "operator-7f6d8c5b9b-rg2lw",
		Source: "nolar/kopf kopf/_core/engines/peering.py: [user@]host/time/random",
		read:   func(holder string) (string, string) { return cut(holder, strings.IndexAny(holder, "/:")) }, perProcess: always,
	},
}

// Prefixes stand before a host name that one of the Forms has found.
var prefixes = []struct {
	source string
	read   func(host string) string // "" when there is no such prefix
}{
	{"istio/istio pilot/pkg/leaderelection/leaderelection.go: without POD_NAME", func(host string) string {
		rest, ok := strings.CutPrefix(host, "unknown-")
		if !ok {
			return ""
		}
		return rest
	}},
	{"nolar/kopf kopf/_core/engines/peering.py: user@host", func(host string) string {
		return host[strings.LastIndex(host, "@")+1:]
	}},
}

// A Reading is a host name that a holder may contain.
type Reading struct {
	Host       string
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
		add(r)
		for _, prefix := range prefixes {
			add(Reading{Host: prefix.read(host), Rule: "prefix-host", PerProcess: r.PerProcess})
		}
	}
	return readings
}

// withoutClusterDomain cuts what nobody can know outside of the cluster off a pod's full name.
func withoutClusterDomain(host string) string {
	if name, domain, found := strings.Cut(host, ".svc."); found && len(validation.IsDNS1123Subdomain(domain)) == 0 {
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

// beforeRandom cuts a suffix off that no pod's name ends with: a UUID, or letters of both cases.
func beforeRandom(holder string) (host, rest string) {
	if at := len(holder) - len("-00000000-0000-0000-0000-000000000000"); at > 0 && strings.IndexByte("-.", holder[at]) >= 0 && uuid.MatchString(holder[at+1:]) {
		return cut(holder, at)
	}
	host, rest = cut(holder, strings.LastIndex(holder, "-"))
	if randomLetters.MatchString(rest) && rest != strings.ToLower(rest) {
		return host, rest
	}
	return "", ""
}

var randomLetters = regexp.MustCompile(`^[a-zA-Z]{8,}$`)

func before(holder, suffix string) (host, rest string) {
	host, found := strings.CutSuffix(holder, suffix)
	if !found {
		return "", ""
	}
	return host, suffix
}

func never(string) bool  { return false }
func always(string) bool { return true }

// notAnAddress tells random suffixes from an IP address, which a restarted container has again.
func notAnAddress(rest string) bool {
	_, err := netip.ParseAddr(rest)
	return err != nil
}
