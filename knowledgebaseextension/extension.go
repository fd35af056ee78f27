// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// knowledgeBase is the seam between the Collector and package base. Start never
// fails because of the database: status and metrics say how it is.
type knowledgeBase struct {
	*base.Base
	tel *telemetry
}

var (
	_ extension.Extension = (*knowledgeBase)(nil)
	_ knowledge.Base      = (*knowledgeBase)(nil)
)

func newExtension(set extension.Settings, cfg *Config) (*knowledgeBase, error) {
	tel, err := newTelemetry(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &knowledgeBase{Base: base.New(cfg.options(), tel), tel: tel}, nil
}

// Start implements component.Component.
func (k *knowledgeBase) Start(_ context.Context, host component.Host) error {
	k.tel.host.Store(&host)
	k.Base.Start()
	return nil
}

// Shutdown implements component.Component.
func (k *knowledgeBase) Shutdown(context.Context) error {
	defer k.tel.Shutdown()
	return k.Base.Shutdown()
}
