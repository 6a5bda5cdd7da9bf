package load

import (
	"crypto/sha256"
	"fmt"
)

// uid is a UUID that stays the same for the same name. It looks like a random one (version 4).
func uid(name string) string {
	h := sha256.Sum256([]byte(name))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// suffix is like what Kubernetes appends to a generated name: without vowels, lest it spells a word.
func suffix(name string, length int) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	h := sha256.Sum256([]byte(name))
	text := make([]byte, length)
	for i := range text {
		text[i] = letters[int(h[i])%len(letters)]
	}
	return string(text)
}

// replicaSet is the name of a Deployment's only ReplicaSet.
func replicaSet(namespace, deployment string) string {
	return deployment + "-" + suffix(namespace+"/"+deployment, 10)
}
