// Package identity answers which pod a holderIdentity names. The rules are a table of pure functions; nothing here
// talks to a cluster.
package identity
