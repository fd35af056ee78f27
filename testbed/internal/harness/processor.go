// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package harness drives the log_cluster processor from outside: through its
// public factory, with its default configuration, with real internal telemetry.
package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Processor is a running log_cluster processor.
type Processor struct {
	processor.Logs
	Telemetry *componenttest.Telemetry
	matcher   knowledge.Matcher // nil unless it can be asked
}

// Start starts a processor with its defaults, or with changes to them, before next.
func Start(ctx context.Context, next consumer.Logs, changes ...func(*logclusterprocessor.Config)) (*Processor, error) {
	return startOn(ctx, componenttest.NewNopHost(), next, changes...)
}

func startOn(ctx context.Context, host component.Host, next consumer.Logs, changes ...func(*logclusterprocessor.Config)) (*Processor, error) {
	factory := logclusterprocessor.NewFactory()
	tel := componenttest.NewTelemetry()
	set := processortest.NewNopSettings(factory.Type())
	set.TelemetrySettings = tel.NewTelemetrySettings()
	cfg := factory.CreateDefaultConfig().(*logclusterprocessor.Config)
	for _, change := range changes {
		change(cfg)
	}
	logs, err := factory.CreateLogs(ctx, set, cfg, next)
	if err != nil {
		return nil, fmt.Errorf("create log_cluster: %w", err)
	}
	if err := logs.Start(ctx, host); err != nil {
		return nil, fmt.Errorf("start log_cluster: %w", err)
	}
	return &Processor{Logs: logs, Telemetry: tel}, nil
}

// Patient lets a replay wait for the clustering as long as can be set, so that the
// answers do not depend on how busy the machine is.
func Patient(c *logclusterprocessor.Config) { c.Window.MaxWait = time.Minute }

// Stop shuts the processor down, its telemetry last.
func (p *Processor) Stop(ctx context.Context) error {
	return errors.Join(p.Shutdown(ctx), p.Telemetry.Shutdown(ctx))
}

// Record is one log record to send.
type Record struct{ Service, Body string }

// Epoch is the event time at which the testbed's streams start: any fixed time,
// so that a run can be repeated.
var Epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Batch makes one batch of records, the first at event time at and the others
// gap apart. Neighbours of the same service share a resource.
func Batch(records []Record, at time.Time, gap time.Duration) plog.Logs {
	ld := plog.NewLogs()
	var scope plog.ScopeLogs
	last := ""
	for i, r := range records {
		if i == 0 || r.Service != last {
			last = r.Service
			resource := ld.ResourceLogs().AppendEmpty()
			resource.Resource().Attributes().PutStr("service.name", r.Service)
			scope = resource.ScopeLogs().AppendEmpty()
		}
		lr := scope.LogRecords().AppendEmpty()
		lr.SetTimestamp(pcommon.NewTimestampFromTime(at.Add(time.Duration(i) * gap)))
		lr.Body().SetStr(r.Body)
	}
	return ld
}
