// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"
	"errors"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensioncapabilities"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// knowledgeBase is the seam between the Collector and packages base and api.
// Start never fails because of the database: status and metrics say how it is.
type knowledgeBase struct {
	*base.Base
	tel *telemetry
	set component.TelemetrySettings
	web web
	out notifier
}

var (
	_ extension.Extension             = (*knowledgeBase)(nil)
	_ extensioncapabilities.Dependent = (*knowledgeBase)(nil)
	_ knowledge.Base                  = (*knowledgeBase)(nil)
)

func newExtension(set extension.Settings, cfg *Config) (*knowledgeBase, error) {
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &knowledgeBase{
		Base: base.New(cfg.options(), tel), tel: tel, set: set.TelemetrySettings, web: web{config: cfg.HTTP, access: cfg.Access, set: set.TelemetrySettings},
		out: notifier{config: cfg.Notifications, set: set.TelemetrySettings, tel: tel},
	}, nil
}

// Dependencies implements extensioncapabilities.Dependent.
func (k *knowledgeBase) Dependencies() []component.ID { return k.web.config.dependencies() }

// Start implements component.Component.
func (k *knowledgeBase) Start(ctx context.Context, host component.Host) error {
	if err := k.out.start(ctx, host, k.Base); err != nil {
		return err
	}
	if err := k.web.start(ctx, host, k.Base); err != nil {
		k.out.shutdown()
		return err
	}
	k.Base.Start()
	return nil
}

// Shutdown implements component.Component.
func (k *knowledgeBase) Shutdown(ctx context.Context) error {
	defer k.tel.Shutdown()
	ctx, cancel := lifecycle.Stopping(ctx, k.set)
	defer cancel()
	k.out.shutdown()
	if err := errors.Join(k.web.Shutdown(ctx), k.Base.Shutdown(ctx)); err != nil {
		k.set.Logger.Warn("The knowledge base was not shut down in order", zap.Error(err))
	}
	return nil
}
