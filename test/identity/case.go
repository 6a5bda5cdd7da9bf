// Package identity proves on a real API server that the built plugin finds the leader behind the locks of real projects,
// and that it says so where there is none to be found: a case describes a lock, the pods around it, and what is true.
package identity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Case is one lock as a project writes it, with the objects around it and the verdict that is expected. Times in it are
// fixed moments of the past; see move.go for how they come to life.
//
// Cases are written by many hands, so a field is known by its other spellings, too: see field.go. The types of the fields
// take more forms than their own: see value.go.
type Case struct {
	ID      string `json:"-"`
	Flaw    error  `json:"-"` // why the case cannot be understood; it fails then
	Project string `json:"project" also:"title"`
	Expect  string `json:"expect" also:"expected expectation verdict"` // see expect.go

	LockKind             string `json:"lockKind" also:"kind lockType"` // Lease, ConfigMap, Endpoints-patroni, …; see form.go
	LockName             string `json:"lockName" also:"lock leaseName"`
	LockNamespace        string `json:"lockNamespace" also:"leaseNamespace"`
	LockRole             string `json:"lockRole" also:"role"` // which of several leaders that one lock records
	HolderIdentity       string `json:"holderIdentity" also:"holder identity"`
	LeaseDurationSeconds int64  `json:"leaseDurationSeconds" also:"leaseDuration lockDurationSeconds durationSeconds"`
	LeaseTransitions     int64  `json:"leaseTransitions" also:"leaderTransitions transitions"`
	AcquireTime          string `json:"acquireTime" also:"acquired leaseAcquireTime lockAcquireTime"`
	RenewTime            string `json:"renewTime" also:"renewed leaseRenewTime lockRenewTime"`
	LeaseSpec            object `json:"leaseSpec" also:"lockSpec"` // overrides single fields; null takes a field away
	LockLabels           texts  `json:"lockLabels" also:"leaseLabels"`
	Owners               owners `json:"ownerReferences" also:"ownerReference leaseOwner lockOwner leaseOwners lockOwners leaseOwnerReferences lockOwnerReferences"`
	Manager              string `json:"leaseManager" also:"managedFieldsManager fieldManager lockManager manager"` // that writes the lock
	Annotation           texts  `json:"annotation" also:"annotations lockAnnotation lockAnnotations leaseAnnotation leaseAnnotations"`
	Data                 texts  `json:"data" also:"lockData configMapData"`
	Status               object `json:"status" also:"peering peerings peers kopfStatus kopfPeers lockStatus"` // of a kopf peering

	Pod        Pod    `json:"-"` // the fields podName, podNamespace, … and nodeName
	Decoys     []Pod  `json:"-"`
	Candidates []Pod  `json:"-"`                                                            // pods beside or instead of podName
	StartedAt  starts `json:"containerStartedAt" also:"containersStartedAt containerStart"` // of containers

	NodeLabels    texts     `json:"nodeLabels"`
	NodeAddresses addresses `json:"nodeAddresses" also:"nodeAddress"`
	Nodes         []Node    `json:"-"` // others that are not as they usually are

	// What a reader of the case wants to know and the proof does not use.
	Rule                any `json:"rule"`
	Source              any `json:"source"`
	Notes               any `json:"notes" also:"note comment"`
	Verified            any `json:"verified"`
	UnverifiedParts     any `json:"unverifiedParts"`
	Constructed         any `json:"constructed"`
	IdentityTimestampMS any `json:"identityTimestampMs"`
}

// Pod is a pod of a case. The case's own one has its fields with the prefix "pod", decoys have them with or without.
type Pod struct {
	Namespace   string     `json:"namespace" also:"ns"`
	Name        string     `json:"name"`
	Labels      texts      `json:"labels" also:"label"`
	Annotations texts      `json:"annotations" also:"annotation"`
	Owners      owners     `json:"owner" also:"owners ownerReference ownerReferences"`
	NodeName    string     `json:"nodeName" also:"node"`
	HostNetwork bool       `json:"hostNetwork"`
	Spec        object     `json:"spec"` // merged into the pod's
	Status      object     `json:"status"`
	Containers  containers `json:"containers" also:"container containerNames"`
	IP          string     `json:"ip"`
	IPs         ips        `json:"ips"`
	Phase       string     `json:"phase"`
	StartTime   string     `json:"startTime" also:"startedAt start"`
	UID         any        `json:"uid"` // the API server gives its own
	Notes       any        `json:"notes" also:"note comment rule"`
}

// Node is a node that a case needs beside those of its pods, or whose labels and addresses matter.
type Node struct {
	Name      string    `json:"name"`
	Labels    texts     `json:"labels"`
	Addresses addresses `json:"addresses" also:"address"`
}

// lock is how a user calls the lock on the command line.
func (c *Case) lock() string {
	lock := cmp.Or(c.kind().argument, c.LockKind) + "/" + c.LockName
	if role := c.role(); role != "" {
		lock += "/" + role
	}
	return lock
}

// role is which of the leaders that one ConfigMap records is asked for: the holder's, where there
// are several.
func (c *Case) role() string {
	if c.LockRole != "" {
		return c.LockRole
	}
	holders := map[string]string{} // by role
	for key, holder := range c.Data {
		for _, prefix := range rolePrefixes {
			if role, ok := strings.CutPrefix(key, prefix); ok {
				holders[role] = holder
			}
		}
	}
	if len(holders) < 2 || c.isKopf() {
		return ""
	}
	roles := slices.Sorted(maps.Keys(holders))
	for _, role := range roles {
		if c.HolderIdentity != "" && holders[role] == c.HolderIdentity {
			return role
		}
	}
	return roles[0]
}

// String names the case as reports do.
func (c *Case) String() string {
	lock := c.lock()
	if c.kind().namespaced {
		lock += " in " + c.LockNamespace
	}
	return fmt.Sprintf("case %s: %s: %s, holder %q", c.ID, c.Project, lock, c.HolderIdentity)
}
