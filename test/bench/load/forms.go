package load

// form makes the identity that a pod writes to its Lease.
type form func(Pod) string

// hostUUID is the habit of client-go and controller-runtime. The host name is the pod's own, or on the node's network the
// node's.
func hostUUID(p Pod) string {
	host := p.Name
	if p.isStatic() {
		host = p.Node
	}
	return host + "_" + uid(p.Namespace+"/"+p.Name)
}

func bare(p Pod) string { return p.Name }

// dashSuffix is cert-manager's.
func dashSuffix(p Pod) string { return p.Name + "-external-cert-manager-controller" }

// formOf mixes the forms: of all elections 80% are hostUUID, 10% bare and 5% dashSuffix; the other 5% are the control
// planes', which are not counted here. The rare ones come early, so that a small load has them too.
func formOf(number int) form {
	switch number % 19 {
	case 1, 11:
		return bare
	case 3:
		return dashSuffix
	}
	return hostUUID
}

// components are elected in a namespace like kube-system.
var components = [electionsPerNamespace]string{
	"kube-controller-manager", "kube-scheduler", "cloud-controller-manager", "cluster-autoscaler", "descheduler",
	"vpa-recommender", "vpa-updater", "route-controller", "snapshot-controller", "volume-controller",
}
