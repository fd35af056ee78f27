// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/collector"
)

// Without a queue and without a batch processor, the sender is answered when the backend
// has what it sent: the time that it waits is what the pipeline takes.
const pipelines = `
receivers: {otlp: {protocols: {http: {endpoint: %q, max_request_body_size: 100000000}}}}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 2000, spike_limit_mib: 400}
exporters:
  otlp_http: {endpoint: "http://%s", compression: none, sending_queue: {enabled: false}, retry_on_failure: {enabled: false}}
extensions: {health_check: {endpoint: %q}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines:
    logs: {receivers: [otlp], processors: [memory_limiter], exporters: [otlp_http]}
    metrics: {receivers: [otlp], processors: [memory_limiter], exporters: [otlp_http]}
`

// withOurs forecasts a tenth of the streams.
const withOurs = `
processors: {log_cluster: {knowledge_base: knowledge_base}, anomaly: {inline: false}}
connectors:
  forecast:
    emit_interval: 1m
    metrics: [{names: [http.server.metric.0]}, {names: ["*"], ignore: true}]
extensions: {knowledge_base: {file: "${env:STATE_DIR}/knowledge.db", http: {enabled: false}}}
service:
  extensions: [health_check, knowledge_base]
  pipelines:
    logs: {processors: [memory_limiter, log_cluster]}
    metrics: {processors: [memory_limiter, anomaly], exporters: [otlp_http, forecast]}
    metrics/forecast: {receivers: [forecast], exporters: [otlp_http]}
`

func start(backend string, ours bool) (c *collector.Collector, address string, err error) {
	free, err := collector.FreeAddresses(2)
	if err != nil {
		return nil, "", err
	}
	args := []string{"--config", "yaml:" + fmt.Sprintf(pipelines, free[0], backend, free[1])}
	if ours {
		args = append(args, "--config", "yaml:"+withOurs)
	}
	c, err = collector.Start(free[1], nil, args...)
	return c, free[0], err
}
