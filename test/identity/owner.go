package identity

import (
	"crypto/sha256"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// apiVersions of the owners that cases name by their kind alone.
var apiVersions = map[string]string{
	"Deployment": "apps/v1", "ReplicaSet": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1",
	"Job": "batch/v1", "CronJob": "batch/v1",
	"ShareManager": "longhorn.io/v1beta2",
}

// ownerLeads tells a lock that has nothing but an owner reference to its leader.
func (c *Case) ownerLeads() bool { return strings.HasPrefix(c.suffix(), "owner") }

func (o Owner) reference(controller bool) metav1.OwnerReference {
	reference := metav1.OwnerReference{APIVersion: o.APIVersion, Kind: o.Kind, Name: o.Name, UID: uidOf(o.Kind, o.Name)}
	if reference.APIVersion == "" {
		reference.APIVersion = apiVersions[o.Kind]
	}
	if reference.APIVersion == "" {
		reference.APIVersion = "v1"
	}
	if controller {
		reference.Controller = &controller
	}
	return reference
}

// uidOf makes up a uid, the same for one owner wherever it is named.
func uidOf(kind, name string) types.UID {
	hash := sha256.Sum256([]byte(kind + "/" + name))
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", hash[:4], hash[4:6], hash[6:8], hash[8:10], hash[10:16]))
}
