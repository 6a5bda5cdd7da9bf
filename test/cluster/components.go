package cluster

import (
	"fmt"
	"slices"
)

// component is a process of the cluster.
type component struct {
	name    string
	port    int      // that it serves on, 0 for none
	program string   // in the folder of binaries
	args    []string // without argv[0], by which the binary knows its part
	health  string   // URL that answers 200 once it is ready
	needs   []string // which must be ready before
	machine bool     // in namespaces of its own
}

const (
	etcd              = "etcd"
	apiserver         = "kube-apiserver"
	controllerManager = "kube-controller-manager"
	scheduler         = "kube-scheduler"
	kwok              = "kwok"
	runnerName        = "runner"
	tunnelName        = "tunnel"
	etcdPeer          = "etcd-peer" // a port only
)

// ComponentNames lists the processes in the order in which they start.
func (c *Cluster) ComponentNames() []string {
	var names []string
	for _, one := range c.components() {
		names = append(names, one.name)
	}
	return names
}

// portNames lists what has a port of its own on loopback.
func portNames() []string {
	return []string{etcd, apiserver, controllerManager, scheduler, kwok, runnerName, tunnelName, etcdPeer}
}

// components describes the cluster's processes.
func (c *Cluster) components() []component {
	d, p := c.Dir, c.ports
	plain := func(name, path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", p[name], path) }
	secure := func(name, path string) string { return fmt.Sprintf("https://127.0.0.1:%d%s", p[name], path) }
	port := func(name string) string { return fmt.Sprint(p[name]) }
	// An election outlives an API server that is restarted by a test; nobody
	// restarts a component that ended because it lost its lease.
	elected := []string{
		"--leader-elect-lease-duration=40s", "--leader-elect-renew-deadline=35s", "--leader-elect-retry-period=1s",
		"--kube-api-qps=1000", "--kube-api-burst=2000", // thousands of pods in seconds
	}
	all := []component{
		{name: etcd, port: p[etcd], program: "kube", health: plain(etcd, "/health"), args: []string{
			"--data-dir", d.join("etcd"),
			"--listen-client-url", plain(etcd, ""),
			"--listen-peer-url", plain(etcdPeer, ""),
			"--unsafe-no-fsync",
		}},
		{name: apiserver, port: p[apiserver], program: c.controlPlane, health: secure(apiserver, "/readyz"), needs: []string{etcd}, args: []string{
			"--etcd-servers=" + plain(etcd, ""),
			"--bind-address=127.0.0.1",
			"--advertise-address=127.0.0.1",
			"--endpoint-reconciler-type=none", // it does not take a loopback address
			"--secure-port=" + port(apiserver),
			"--cert-dir=" + d.join("pki"),
			"--tls-cert-file=" + d.Cert(),
			"--tls-private-key-file=" + d.Key(),
			"--token-auth-file=" + d.tokens(),
			"--authorization-mode=RBAC",
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-key-file=" + d.accountKey(),
			"--service-account-signing-key-file=" + d.accountKey(),
			"--service-cluster-ip-range=10.96.0.0/16",
			"--kubelet-preferred-address-types=InternalIP",
			// Without these a SIGTERM waits a minute for open watches to end.
			"--shutdown-send-retry-after",
			"--shutdown-watch-termination-grace-period=1s",
		}},
		{name: controllerManager, port: p[controllerManager], program: c.controlPlane, health: secure(controllerManager, "/healthz"), needs: []string{apiserver}, args: append([]string{
			"--kubeconfig=" + d.Kubeconfig(),
			"--bind-address=127.0.0.1",
			"--secure-port=" + port(controllerManager),
			"--cert-dir=" + d.join("pki", controllerManager),
			"--service-account-private-key-file=" + d.accountKey(),
			"--root-ca-file=" + d.Cert(),
		}, elected...)},
		{name: scheduler, port: p[scheduler], program: c.controlPlane, health: secure(scheduler, "/healthz"), needs: []string{apiserver}, args: append([]string{
			"--kubeconfig=" + d.Kubeconfig(),
			"--bind-address=127.0.0.1",
			"--secure-port=" + port(scheduler),
			"--cert-dir=" + d.join("pki", scheduler),
		}, elected...)},
	}
	if c.nodes.Kind == Kubelet {
		server := &all[1]
		server.args = append(server.args, "--egress-selector-config-file="+d.egress())
		return append(all, c.kubeletComponents()...)
	}
	return append(all, c.kwokComponents()...)
}

// kwokComponents are the nodes that only exist in the API, and what plays the
// kubelet on them.
func (c *Cluster) kwokComponents() []component {
	d, p := c.Dir, c.ports
	port := func(name string) string { return fmt.Sprint(p[name]) }
	return []component{
		{name: kwok, port: p[kwok], program: "kube", health: fmt.Sprintf("http://127.0.0.1:%d/healthz", p[kwok]), needs: []string{apiserver}, args: []string{
			"--kubeconfig=" + d.Kubeconfig(),
			"--config=" + d.stages(),
			"--manage-all-nodes=false",
			"--manage-nodes-with-annotation-selector=" + nodeAnnotation + "=fake",
			"--node-ip=127.0.0.1",
			// With a name missing, kwok would wipe all addresses when it sets a node up again, after an outage.
			"--node-name=localhost",
			"--node-port=" + port(runnerName), // the kubelet endpoint of every node
			"--server-address=127.0.0.1:" + port(kwok),
			"--node-lease-duration-seconds=40",
		}},
		{name: runnerName, port: p[runnerName], program: "cluster", health: fmt.Sprintf("https://127.0.0.1:%d/healthz", p[runnerName]), needs: []string{apiserver}, args: []string{
			"runner", "--dir", d.Path, "--port", port(runnerName),
		}},
	}
}

func (c *Cluster) component(name string) (component, error) {
	all := c.components()
	i := slices.IndexFunc(all, func(one component) bool { return one.name == name })
	if i < 0 {
		return component{}, fmt.Errorf("no component %q: it must be one of %v", name, c.ComponentNames())
	}
	return all[i], nil
}
