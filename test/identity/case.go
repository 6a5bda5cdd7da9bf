// Package identity proves on a real API server that the built plugin finds the leader behind the locks of real projects,
// and that it says so where there is none to be found: a case describes a lock, the pods around it, and what is true.
package identity

import (
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Case is one lock as a project writes it, with the objects around it and the verdict that is expected. Times in it are
// fixed moments of the past; see move.go for how they come to life.
type Case struct {
	ID      string `json:"-"`
	Project string `json:"project"`
	Expect  string `json:"expect"` // see verdict.go

	LockKind             string                  `json:"lockKind"` // Lease, ConfigMap, Endpoints-patroni, …; see kind.go
	LockName             string                  `json:"lockName"`
	LockNamespace        string                  `json:"lockNamespace"`
	LockRole             string                  `json:"lockRole"` // which of several leaders that one lock records
	HolderIdentity       string                  `json:"holderIdentity"`
	LeaseDurationSeconds int64                   `json:"leaseDurationSeconds"`
	LeaseSpec            json.RawMessage         `json:"leaseSpec"` // overrides single fields; null takes a field away
	LeaseLabels          map[string]string       `json:"leaseLabels"`
	LockLabels           map[string]string       `json:"lockLabels"`
	LeaseOwner           *Owner                  `json:"leaseOwner"`
	OwnerReferences      []metav1.OwnerReference `json:"ownerReferences"`
	LeaseManager         string                  `json:"leaseManager"` // field manager that writes the lock
	ManagedFieldsManager string                  `json:"managedFieldsManager"`
	Annotation           texts                   `json:"annotation"`
	LockAnnotations      texts                   `json:"lockAnnotations"`
	Data                 texts                   `json:"data"`
	Status               json.RawMessage         `json:"status"` // of a kopf peering

	Pod                Pod               `json:"-"` // the fields podName, podNamespace, … and nodeName
	Decoys             []Pod             `json:"-"`
	Candidates         []string          `json:"candidates"`         // pods beside or instead of podName
	ContainerStartedAt map[string]string `json:"containerStartedAt"` // "pod/container" to a time

	NodeLabels    map[string]string `json:"nodeLabels"`
	NodeAddresses map[string]string `json:"nodeAddresses"` // by type
	Nodes         []Node            `json:"nodes"`         // others that are not as they usually are

	// What a reader of the case wants to know and the proof does not use.
	Rule                string `json:"rule"`
	Source              any    `json:"source"`
	Notes               any    `json:"notes"`
	Verified            any    `json:"verified"`
	UnverifiedParts     any    `json:"unverifiedParts"`
	Constructed         any    `json:"constructed"`
	IdentityTimestampMS any    `json:"identityTimestampMs"`
}

// Pod is a pod of a case. The case's own one has its fields with the prefix "pod", decoys have them with or without.
type Pod struct {
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels"`
	Annotations texts             `json:"annotations"`
	Owner       *Owner            `json:"owner"`
	NodeName    string            `json:"nodeName"`
	HostNetwork bool              `json:"hostNetwork"`
	Spec        json.RawMessage   `json:"spec"` // merged into the pod's
	IP          string            `json:"ip"`
	IPs         []string          `json:"ips"`
	Phase       string            `json:"phase"`
	StartTime   string            `json:"startTime"`
}

// Owner is the controller of an object. It need not exist.
type Owner struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
}

// Node is a node that a case needs beside those of its pods, or whose labels and addresses matter.
type Node struct {
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels"`
	Addresses map[string]string `json:"addresses"`
}

// texts maps a key to a text. A value that a case writes as JSON instead is the text of that JSON.
type texts map[string]string

func (t *texts) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*t = make(texts, len(raw))
	for key, value := range raw {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		(*t)[key] = text
	}
	return nil
}

// lock is how a user calls the lock on the command line.
func (c *Case) lock() string {
	lock := c.kind().argument + "/" + c.LockName
	if c.LockRole != "" {
		lock += "/" + c.LockRole
	}
	return lock
}

// String names the case as reports do.
func (c *Case) String() string {
	lock := c.lock()
	if c.kind().namespaced {
		lock += " in " + c.LockNamespace
	}
	return fmt.Sprintf("case %s: %s: %s, holder %q", c.ID, c.Project, lock, c.HolderIdentity)
}
