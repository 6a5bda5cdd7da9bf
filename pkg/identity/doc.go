// Package identity answers which pod a holderIdentity names. Projects form it in many ways, so no way of splitting it is
// right for all. The rules go the other way round: each pod says by which names its processes can be known (hosts.go),
// each form says which name a holder may contain (forms.go), and a pod is a match where the two agree.
//
// All of it is pure: a Search is fed with pods and nodes, page by page, and keeps only the best matches.
package identity
