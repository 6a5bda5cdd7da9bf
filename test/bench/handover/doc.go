// Package handover measures what a failover costs those who are connected: how soon the next leader is reached, what is
// refused, and what is missing in the logs. kubectl ends with the first one, so there is nothing to compare with.
package handover
