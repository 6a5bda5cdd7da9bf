// Package tunnel forwards local ports to the leader. The listeners are its own and stay open for the whole run; each
// accepted connection gets a tunnel of its own to the pod that leads at that moment, so that no reader can hold up
// another and no failover refuses anybody.
package tunnel
