// Package election reads leader-election locks: what a lock records, what state it is in, and when one leadership ends
// and the next begins. It knows nothing of pods; package leader joins the two.
package election
