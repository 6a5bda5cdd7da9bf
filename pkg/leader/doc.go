// Package leader says which pod leads. A Finder answers once; a Stream keeps answering, one Change after another, and
// is what every following command follows.
package leader
