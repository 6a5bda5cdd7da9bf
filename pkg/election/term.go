package election

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// SameTerm reports whether two readings belong to one unbroken leadership: the same object, holder
// and acquireTime. leaseTransitions tells terms apart only where no acquireTime is recorded: old
// fabric8 clients add one to it at each renewal (fabric8io/kubernetes-client#4616), and others
// reset it (kubernetes/kubernetes#41956).
func (l Lock) SameTerm(other Lock) bool {
	return l.Exists == other.Exists && l.UID == other.UID && l.Record.Holder == other.Record.Holder &&
		l.Record.Acquired.Equal(other.Record.Acquired) &&
		(!l.Record.Acquired.IsZero() || l.Record.Transitions == other.Record.Transitions)
}

const (
	termPrefix = "term-"
	termBytes  = 12
)

// Term names the term for whoever has to tell it apart from others later; "" where nobody holds the
// lock. Two readings have the same one exactly when SameTerm says so.
func (l Lock) Term() string {
	if !l.Exists || l.Marker != "" || l.Record.Holder == "" {
		return ""
	}
	began := l.Record.Acquired.UTC().Format(time.RFC3339Nano)
	if l.Record.Acquired.IsZero() {
		began = fmt.Sprint(l.Record.Transitions)
	}
	sum := sha256.Sum256([]byte(string(l.UID) + "\x00" + began + "\x00" + l.Record.Holder))
	return termPrefix + hex.EncodeToString(sum[:termBytes])
}

// IsTerm reports whether a text can be what Term returns.
func IsTerm(text string) bool {
	sum, ok := strings.CutPrefix(text, termPrefix)
	bytes, err := hex.DecodeString(sum)
	return ok && err == nil && len(bytes) == termBytes && strings.ToLower(sum) == sum
}
