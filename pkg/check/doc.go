// Package check says what is asserted of a leader, and whether evidence satisfies it. It reads checks from files and builds
// them from flags; it reaches no cluster: evidence is taken elsewhere and handed in.
package check
