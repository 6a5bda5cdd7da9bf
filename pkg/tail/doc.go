// Package tail reads the leader's logs: once, or following the leadership from container to container and from pod to
// pod, without losing a line and without printing one twice.
package tail
