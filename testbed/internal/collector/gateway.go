// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import "net"

// Gateway is a collector with config/gateway.yaml.
type Gateway struct {
	*Collector
	Address string // of OTLP over HTTP
	Pprof   string // of the pprof extension, for whoever adds it to service::extensions
}

// StartGateway runs the gateway between senders and a backend. overlays are further
// arguments of --config.
func StartGateway(backend string, overlays ...string) (*Gateway, error) {
	free, err := FreeAddresses(6)
	if err != nil {
		return nil, err
	}
	_, telemetry, _ := net.SplitHostPort(free[4])
	args := []string{"--config", "config/gateway.yaml"}
	for _, overlay := range append(overlays,
		"yaml:receivers::otlp::protocols::http::endpoint: "+free[0],
		"yaml:receivers::otlp::protocols::grpc::endpoint: "+free[1],
		"yaml:extensions::health_check::endpoint: "+free[2],
		"yaml:extensions::knowledge_base::http::endpoint: "+free[3],
		"yaml:extensions::pprof::endpoint: "+free[5]) {
		args = append(args, "--config", overlay)
	}
	c, err := Start(free[2], []string{
		"TELEMETRY_PORT=" + telemetry,
		"LOKI_OTLP_ENDPOINT=http://" + backend + "/loki", "PROMETHEUS_OTLP_ENDPOINT=http://" + backend + "/prometheus",
	}, args...)
	return &Gateway{Collector: c, Address: free[0], Pprof: free[5]}, err
}
