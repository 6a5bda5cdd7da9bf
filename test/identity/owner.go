package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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

// owners are an object's owner references: one or several, each an object or KIND/NAME or a name. They need not exist.
type owners []metav1.OwnerReference

func (o *owners) UnmarshalJSON(data []byte) error {
	for _, raw := range listOf(data) {
		var one metav1.OwnerReference
		if text, err := textOf(raw); err == nil {
			parts := strings.Split(text, "/")
			one.Name = parts[len(parts)-1]
			if len(parts) > 1 {
				one.Kind = parts[len(parts)-2]
			}
			one.APIVersion = strings.Join(parts[:max(len(parts)-2, 0)], "/")
		} else if json.Unmarshal(raw, &one) != nil {
			return errors.New("must be an owner, as KIND/NAME or an object with kind and name")
		}
		if one.Name != "" { // without, it says nothing
			*o = append(*o, one)
		}
	}
	return nil
}

// complete are the owners with all that the API asks for. Without a kind they are of the usual one.
func (o owners) complete(usual string) []metav1.OwnerReference {
	all := slices.Clone(o)
	for i := range all {
		one := &all[i]
		one.Kind = cmp.Or(one.Kind, usual)
		one.APIVersion = cmp.Or(one.APIVersion, apiVersions[one.Kind], "v1")
		one.UID = cmp.Or(one.UID, uidOf(one.Kind, one.Name))
	}
	return all
}

// controlled are the owners of an object whose first owner controls it.
func controlled(references []metav1.OwnerReference) []metav1.OwnerReference {
	yes := true
	if len(references) > 0 {
		references[0].Controller = &yes
	}
	return references
}

// ownerLeads tells a lock that has nothing but an owner reference to its leader.
func (c *Case) ownerLeads() bool {
	f := c.form()
	switch {
	case f.base != "configmap" && f.base != "endpoints":
		return false
	case f.owner:
		return true
	}
	return !f.patroni && !f.data && len(c.Annotation)+len(c.Data) == 0 && c.Owners.pods()
}

// pods tells that a pod is among the owners.
func (o owners) pods() bool {
	return slices.ContainsFunc(o, func(one metav1.OwnerReference) bool { return one.Kind == "Pod" })
}

// podOwner is the reference to a pod that leads. Its uid is given to it when the pod exists.
func podOwner(name string) owners { return owners{{Kind: "Pod", Name: name}} }

// uidOf makes up a uid, the same for one owner wherever it is named.
func uidOf(kind, name string) types.UID {
	hash := sha256.Sum256([]byte(kind + "/" + name))
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", hash[:4], hash[4:6], hash[6:8], hash[8:10], hash[10:16]))
}
