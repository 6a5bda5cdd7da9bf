package identity

import "testing"

func TestForms(t *testing.T) {
	for kind, want := range map[string]form{
		"Lease":                         {base: "lease"},
		"coordination.k8s.io/v1 leases": {base: "lease"},
		"LeaseLock":                     {base: "lease"},
		"ConfigMap (released)":          {base: "configmap"},
		"config-map":                    {base: "configmap"},
		"cm":                            {base: "configmap"},
		"ConfigMap metadata.annotation": {base: "configmap"},
		"ConfigMap.data":                {base: "configmap", data: true},
		"ConfigMap-ownerRef":            {base: "configmap", owner: true},
		"ConfigMap (leader-for-life)":   {base: "configmap", owner: true},
		"ConfigMapsLeases":              {base: "lease", twin: "configmap"},
		"configmapsleases":              {base: "lease", twin: "configmap"},
		"ConfigMap+Lease":               {base: "lease", twin: "configmap"},
		"endpointsleases":               {base: "lease", twin: "endpoints"},
		"Endpoints-annotations":         {base: "endpoints"},
		"Endpoints (Patroni)":           {base: "endpoints", patroni: true},
		"Patroni":                       {base: "endpoints", patroni: true},
		"PatroniEndpoints":              {base: "endpoints", patroni: true},
		"patroni_config_map":            {base: "configmap", patroni: true},
		"DAEMONSETS annotation":         {base: "daemonset"},
		"kured":                         {base: "daemonset"},
		"KopfPeering/status":            {base: "kopfpeering"},
		"kopfpeerings.kopf.dev":         {base: "kopfpeering"},
		"Cluster Kopf Peering":          {base: "clusterkopfpeering"},
		"kopf":                          {base: "kopfpeering"},
		"CRD":                           {},
		"LeaseCandidate":                {},
		"EndpointSlice":                 {},
		"none":                          {},
	} {
		if got := (&Case{LockKind: kind, LockNamespace: "ns"}).form(); got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
	}
}

func TestFieldsTellTheKindWhereTheLockKindDoesNot(t *testing.T) {
	for _, test := range []struct {
		c    Case
		want string
	}{
		{Case{Annotation: texts{"leader": "a", "ttl": "30"}}, "endpoints"},
		{Case{Annotation: texts{"": `{"nodeID":"n"}`}}, "daemonset"},
		{Case{Annotation: texts{leaderAnnotation: "{}"}}, "configmap"},
		{Case{Data: texts{"leader.id.world": "a"}}, "configmap"},
		{Case{Owners: owners{{Kind: "Pod", Name: "a"}}}, "configmap"},
		{Case{Status: object(`{"a":{"lastseen":"x"}}`), LockNamespace: "ns"}, "kopfpeering"},
		{Case{Status: object(`{"a":{"priority":1}}`)}, "clusterkopfpeering"},
		{Case{Data: texts{"a": `{"lastseen":"x"}`}, LockNamespace: "ns"}, "kopfpeering"},
		{Case{LeaseSpec: object(`{}`)}, "lease"},
		{Case{HolderIdentity: "a"}, ""},
	} {
		test.c.LockKind = "CRD"
		if got := test.c.form().base; got != test.want {
			t.Errorf("%+v: got %q, want %q", test.c, got, test.want)
		}
	}
}
