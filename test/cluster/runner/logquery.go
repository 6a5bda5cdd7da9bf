package runner

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	crilogs "k8s.io/cri-client/pkg/logs"
)

// logQuery is a PodLogOptions as it comes in a request to the kubelet.
type logQuery struct {
	previous bool
	stream   string // All, Stdout or Stderr
	options  *crilogs.LogOptions
}

func parseLogQuery(values url.Values) (logQuery, error) {
	query := logQuery{stream: values.Get("stream"), options: &crilogs.LogOptions{}}
	var sinceSeconds *int64
	for name, target := range map[string]*bool{
		"previous":   &query.previous,
		"follow":     &query.options.Follow,
		"timestamps": &query.options.Timestamp,
	} {
		if value := values.Get(name); value != "" {
			yes, err := strconv.ParseBool(value)
			if err != nil {
				return query, fmt.Errorf("%s=%s: %w", name, value, err)
			}
			*target = yes
		}
	}
	for name, target := range map[string]**int64{
		"tailLines":    &query.options.TailLines,
		"limitBytes":   &query.options.LimitBytes,
		"sinceSeconds": &sinceSeconds,
	} {
		if value := values.Get(name); value != "" {
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return query, fmt.Errorf("%s=%s: %w", name, value, err)
			}
			*target = &n
		}
	}
	if sinceSeconds != nil {
		query.options.Since = time.Now().Add(-time.Duration(*sinceSeconds) * time.Second)
	}
	if value := values.Get("sinceTime"); value != "" {
		since, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return query, fmt.Errorf("sinceTime=%s: %w", value, err)
		}
		if since.After(query.options.Since) {
			query.options.Since = since
		}
	}
	return query, nil
}
