package identity

import (
	"encoding/json"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A Host is a name by which the processes of a pod may know themselves.
type Host struct {
	Name string
	// Rule names the way, where it is not the pod's own name.
	Rule string
	// rank orders the ways: of two pods that share a name, the one that has it as its own goes first.
	rank int
}

const (
	ownName = iota
	hostName
	rewritten
	address
)

// Hosts lists by which names a pod's processes may be known, each once.
func Hosts(pod *corev1.Pod) []Host {
	hosts := []Host{{Name: pod.Name}}
	add := func(name, rule string, rank int) {
		if name == "" {
			return
		}
		for _, known := range hosts {
			if known.Name == name {
				return
			}
		}
		hosts = append(hosts, Host{name, rule, rank})
	}
	// A pod on the host network has its node's host name, whatever its spec says.
	if !pod.Spec.HostNetwork {
		name, rule := kubeletHostname(pod)
		if len(pod.Name) > maxHostname {
			add(name, rule, ownName) // it is no less its own than a shorter one
		}
		add(name, rule, hostName)
		if pod.Spec.Subdomain != "" && pod.Spec.HostnameOverride == nil {
			// With setHostnameAsFQDN os.Hostname() is this; without, the name that /etc/hosts resolves to.
			add(name+"."+pod.Spec.Subdomain+"."+pod.Namespace+".svc", "fqdn", hostName)
		}
	}
	for _, host := range hosts {
		add(sanitized(host.Name), "host-sanitized", rewritten)
	}
	if pod.Spec.HostNetwork {
		return hosts // its addresses are its node's
	}
	add(pod.Status.PodIP, "pod-ip", address)
	for _, ip := range pod.Status.PodIPs {
		add(ip.IP, "pod-ip", address)
	}
	return hosts
}

// maxHostname is what Linux has room for (kubernetes/kubernetes pkg/kubelet/kubelet_pods.go truncatePodHostnameIfNeeded).
const maxHostname = 63

// Cut reports that a host name may be all that the kubelet has left of a longer one.
func Cut(host string) bool { return len(host) >= maxHostname-2 && len(host) <= maxHostname }

// kubeletHostname is the host name that the kubelet gives a pod (kubernetes/kubernetes pkg/kubelet/kubelet_pods.go
// GeneratePodHostNameAndDomain).
func kubeletHostname(pod *corev1.Pod) (name, rule string) {
	name, rule = pod.Name, "truncated-hostname"
	switch {
	case pod.Spec.HostnameOverride != nil && *pod.Spec.HostnameOverride != "":
		name, rule = *pod.Spec.HostnameOverride, "hostname-override"
	case pod.Spec.Hostname != "":
		name, rule = pod.Spec.Hostname, "spec-hostname"
	}
	if len(name) > maxHostname {
		name = strings.TrimRight(name[:maxHostname], "-.")
	}
	return name, rule
}

// sanitized is what the CSI sidecars make of a host name (kubernetes-csi/csi-lib-utils leaderelection/leader_election.go
// sanitizeName).
func sanitized(host string) string {
	host = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, host)
	if strings.HasSuffix(host, "-") {
		host += "X"
	}
	return host
}

// announces reports that a pod has told its random identity in an annotation, as stolon's sentinels do
// (sorintlab/stolon internal/store/k8s.go).
func announces(pod *corev1.Pod, holder string) bool {
	status := pod.Annotations[stolonStatus]
	var info struct{ UID string }
	return status != "" && json.Unmarshal([]byte(status), &info) == nil && info.UID == holder
}

const stolonStatus = "stolon-status"
