package main

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// Prometheus collectors are per process by design, as is the registry.
var (
	reconcilesTotal = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "demo_operator_reconciles_total",
		Help: "Reconciles of this process; grows on the leader alone.",
	})
	isLeader = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "demo_operator_is_leader",
		Help: "1 on the leader, 0 on a follower.",
	})
)

// metricsHandler serves ours and controller-runtime's metrics.
func metricsHandler() http.Handler {
	metrics.Registry.MustRegister(reconcilesTotal, isLeader)
	return promhttp.HandlerFor(metrics.Registry, promhttp.HandlerOpts{})
}
