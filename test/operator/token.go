package main

import (
	"fmt"
	"os"
)

// tokenFile tells, in the working directory, whether this process leads: for
// those who look into the pod, as some operators do with /var/run/leader-token.
const tokenFile = "leader-token"

// writeToken writes `valid POD` for a leader, else `invalid`; whoever reads
// meanwhile sees the one or the other.
func (o *operator) writeToken(leads bool) error {
	token := "invalid\n"
	if leads {
		token = fmt.Sprintf("valid %s\n", o.pod)
	}
	if err := os.WriteFile(tokenFile+".new", []byte(token), 0o644); err != nil {
		return err
	}
	return os.Rename(tokenFile+".new", tokenFile)
}
