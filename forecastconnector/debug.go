// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.uber.org/zap"
)

// defaultDebugEndpoint is where forecasts are explained when nothing else is said.
const defaultDebugEndpoint = "localhost:55690"

func newDebugConfig() confighttp.ServerConfig {
	cfg := confighttp.NewDefaultServerConfig()
	cfg.NetAddr.Endpoint = defaultDebugEndpoint
	return cfg
}

// debugServer serves what the forecasts are made of.
type debugServer struct {
	set     component.TelemetrySettings
	server  *http.Server
	address net.Addr // that it listens on
	ended   chan struct{}
}

// start listens and serves, unless there is no configuration.
func (d *debugServer) start(ctx context.Context, host component.Host, cfg *confighttp.ServerConfig, handler http.Handler) error {
	if cfg == nil {
		return nil
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
	d.server, d.address, d.ended = server, listener.Addr(), make(chan struct{})
	go func() {
		defer close(d.ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewRecoverableErrorEvent(fmt.Errorf("debug: %w", err)))
		}
	}()
	return nil
}

// shutdown answers what was asked and ends.
func (d *debugServer) shutdown(ctx context.Context) error {
	if d.server == nil {
		return nil
	}
	err := d.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, d.server.Close())
	}
	<-d.ended
	return err
}
