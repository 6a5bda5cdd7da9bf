package election

import (
	"net"
	"net/url"
	"strings"
)

// flinkAddress is where the leader of an Apache Flink cluster listens: its identity is random, and
// the data has its address, in one key with a session before it or in a key of its own
// (apache/flink flink-kubernetes KubernetesUtils.java, Constants.java). "" where the data has none,
// has no pod's, or has several.
func flinkAddress(data map[string]string) string {
	const prefix = "org.apache.flink.k8s.leader."
	found := ""
	for key, text := range data {
		switch {
		case strings.HasPrefix(key, prefix):
			_, text, _ = strings.Cut(text, ",")
		case key != "address":
			continue
		}
		host := hostOf(text)
		switch {
		case host == "":
		case found != "" && found != host:
			return ""
		default:
			found = host
		}
	}
	return found
}

// hostOf is the IP address in an address like http://10.0.0.1:8081 or
// akka.tcp://flink@10.0.0.1:6123/user; "" where there is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || net.ParseIP(u.Hostname()) == nil {
		return ""
	}
	return u.Hostname()
}
