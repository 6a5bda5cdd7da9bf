// Package promtext reads samples in the text format of Prometheus, version 0.0.4, with its later
// names in quotes.
//
// github.com/prometheus/common/expfmt does it too, and the tests compare the two. It also links
// protobuf's registry, which is initialized at each start of the program, whether metrics are read
// or not. https://prometheus.io/docs/instrumenting/exposition_formats
package promtext
