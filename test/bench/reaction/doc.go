// Package reaction measures how fast those who wait for something to happen to a lock learn of it: from the moment when
// the record is written until the waiting process has exited.
package reaction
