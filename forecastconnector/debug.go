// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/serve"
)

// defaultDebugEndpoint is where forecasts are explained when nothing else is said.
const defaultDebugEndpoint = "localhost:55690"

func newDebugConfig() confighttp.ServerConfig { return serve.DefaultConfig(defaultDebugEndpoint) }

// debugServer serves what the forecasts are made of.
type debugServer struct {
	serve.Server
	set component.TelemetrySettings
}

// start listens and serves, unless there is no configuration.
func (d *debugServer) start(ctx context.Context, host component.Host, cfg *confighttp.ServerConfig, handler http.Handler) error {
	if cfg == nil {
		return nil
	}
	if serve.Rebindable(cfg) {
		handler = ofThisMachine(handler)
	}
	server, err := cfg.ToServer(ctx, host.GetExtensions(), d.set, handler)
	if err != nil {
		return fmt.Errorf("debug: %w", err)
	}
	listener, err := cfg.ToListener(ctx)
	if err != nil {
		return fmt.Errorf("debug: %w", err)
	}
	d.set.Logger.Info("Forecasts are explained", zap.String("url", "http://"+listener.Addr().String()+streamsPath))
	d.Server.Start(server, listener, func(err error) {
		componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(fmt.Errorf("debug: %w", err)))
	})
	return nil
}

// ofThisMachine refuses requests under names that are not this machine's.
func ofThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !serve.KnownHost(r) {
			http.Error(w, "this server knows itself as localhost only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
