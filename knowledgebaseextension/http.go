// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/serve"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"
)

// defaultEndpoint is where API and page are served unless told otherwise.
const defaultEndpoint = "localhost:8890"

// HTTPConfig says where and to whom API and page are served.
type HTTPConfig struct {
	// Enabled is false for a collector that serves neither.
	Enabled bool `mapstructure:"enabled"`
	// ServerConfig has the settings of every HTTP server of the Collector.
	confighttp.ServerConfig `mapstructure:",squash"`
}

func newHTTPConfig() HTTPConfig {
	return HTTPConfig{Enabled: true, ServerConfig: serve.DefaultConfig(defaultEndpoint)}
}

// Validate implements xconfmap.Validator.
func (c *HTTPConfig) Validate() error {
	if c.Enabled && c.NetAddr.Endpoint == "" {
		return errors.New("http::endpoint must be an address such as " + defaultEndpoint + ", got an empty string; http::enabled: false serves nothing")
	}
	return nil
}

// challenge is what a browser needs to ask its user for a password, empty when
// the authenticator wants something else.
func (c *HTTPConfig) challenge() string {
	if auth := c.Auth.Get(); auth != nil && auth.AuthenticatorID.Type().String() == "basicauth" {
		return `Basic realm="knowledge base", charset="UTF-8"`
	}
	return ""
}

// dependencies are the extensions that must have started first.
func (c *HTTPConfig) dependencies() []component.ID {
	var ids []component.ID
	if auth := c.Auth.Get(); auth != nil {
		ids = append(ids, auth.AuthenticatorID)
	}
	for _, m := range c.Middlewares {
		ids = append(ids, m.ID)
	}
	return ids
}

// web is the server of API and page.
type web struct {
	serve.Server
	config HTTPConfig
	access AccessConfig
	set    component.TelemetrySettings
}

// start listens and serves.
func (w *web) start(ctx context.Context, host component.Host, base api.Base) error {
	if !w.config.Enabled {
		return nil
	}
	if !w.config.Auth.HasValue() && !serve.Local(&w.config.ServerConfig) {
		w.set.Logger.Warn("Anyone who reaches the knowledge base may change it: set http::auth, or an endpoint on localhost",
			zap.String("endpoint", w.config.NetAddr.Endpoint))
	}
	handler := api.New(api.Options{
		Base: base, Logger: w.set.Logger,
		Access:    w.access.options(w.config.Auth.HasValue()),
		LocalOnly: serve.Rebindable(&w.config.ServerConfig),
	})
	server, err := w.config.ToServer(ctx, host.GetExtensions(), w.set, handler, confighttp.WithErrorHandler(api.Refuse(w.config.challenge())))
	if err != nil {
		return fmt.Errorf("http: %w", err)
	}
	listener, err := w.config.ToListener(ctx)
	if err != nil {
		return fmt.Errorf("http: %w; another http::endpoint is free, or http::enabled: false serves nothing", err)
	}
	w.set.Logger.Info("Knowledge base is served", zap.Stringer("address", listener.Addr()))
	w.Server.Start(server, listener, func(err error) {
		componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(fmt.Errorf("http: %w", err)))
	})
	return nil
}
