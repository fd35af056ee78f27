// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidents

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// Event is an event that the connector emitted.
type Event struct {
	Name     string
	At       int64 // ns
	ID, Text string
	Services []string
}

// Run feeds a day, minute by minute, as the gateway does: logs through log_cluster, then
// both into one incident connector with its defaults.
func (s *System) Run(ctx context.Context, changes ...func(*incidentconnector.Config)) ([]Event, error) {
	var sink eventSink
	logs, metrics, err := startConnector(ctx, &sink, changes)
	if err != nil {
		return nil, err
	}
	cluster, err := harness.Start(ctx, logs, harness.Patient)
	if err != nil {
		return nil, err
	}
	const minute = int64(60e9)
	points, lines := s.Points, s.Logs
	for at := points[0].At / minute * minute; len(points) > 0; at += minute {
		n := 0
		for n < len(points) && points[n].At < at+minute {
			n++
		}
		if err := metrics.ConsumeMetrics(ctx, gauges(points[:n])); err != nil {
			return nil, err
		}
		points = points[n:]
		n = 0
		for n < len(lines) && lines[n].At < at+minute {
			n++
		}
		ld := plog.NewLogs()
		for _, l := range lines[:n] {
			lr := newResource(ld.ResourceLogs().AppendEmpty(), l.Pod).ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
			lr.SetTimestamp(pcommon.Timestamp(l.At))
			lr.Body().SetStr(l.Text)
		}
		if err := cluster.ConsumeLogs(ctx, ld); err != nil {
			return nil, err
		}
		lines = lines[n:]
	}
	if err := cluster.Stop(ctx); err != nil {
		return nil, err
	}
	return sink.events, nil
}

func startConnector(ctx context.Context, sink *eventSink, changes []func(*incidentconnector.Config)) (connector.Logs, connector.Metrics, error) {
	factory := incidentconnector.NewFactory()
	cfg := factory.CreateDefaultConfig().(*incidentconnector.Config)
	for _, change := range changes {
		change(cfg)
	}
	set := connectortest.NewNopSettings(factory.Type())
	logs, err := factory.CreateLogsToLogs(ctx, set, cfg, sink)
	if err != nil {
		return nil, nil, fmt.Errorf("create incident: %w", err)
	}
	metrics, err := factory.CreateMetricsToLogs(ctx, set, cfg, sink)
	if err != nil {
		return nil, nil, fmt.Errorf("create incident: %w", err)
	}
	for _, c := range []component.Component{logs, metrics} {
		if err := c.Start(ctx, componenttest.NewNopHost()); err != nil {
			return nil, nil, fmt.Errorf("start incident: %w", err)
		}
	}
	return logs, metrics, nil
}

// newResource says which pod it is.
func newResource[R interface{ Resource() pcommon.Resource }](of R, pod string) R {
	of.Resource().Attributes().PutStr("service.name", ServiceOf(pod))
	of.Resource().Attributes().PutStr("k8s.pod.name", pod)
	return of
}

func gauges(points []Point) pmetric.Metrics {
	md := pmetric.NewMetrics()
	for _, p := range points {
		m := newResource(md.ResourceMetrics().AppendEmpty(), p.Pod).ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
		m.SetName(p.Metric)
		dp := m.SetEmptyGauge().DataPoints().AppendEmpty()
		dp.SetTimestamp(pcommon.Timestamp(p.At))
		dp.SetDoubleValue(p.Value)
	}
	return md
}

// Alarms are the incidents that opened. What an update within a fault's time says of the
// cause counts after what was said first.
func Alarms(events []Event) []Alarm {
	var alarms []Alarm
	for _, e := range events {
		if e.Name == "incident.opened" {
			alarms = append(alarms, Alarm{e.At, e.Services})
		}
	}
	return alarms
}

// eventSink takes events.
type eventSink struct{ events []Event }

func (*eventSink) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

func (s *eventSink) ConsumeLogs(_ context.Context, ld plog.Logs) error {
	for _, rl := range ld.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				e := Event{Name: lr.EventName(), At: int64(lr.Timestamp()), Text: lr.Body().AsString()}
				id, _ := lr.Attributes().Get("incident.id")
				e.ID = id.AsString()
				if services, ok := lr.Attributes().Get("incident.services"); ok {
					for _, v := range services.Slice().All() {
						e.Services = append(e.Services, v.AsString())
					}
				}
				s.events = append(s.events, e)
			}
		}
	}
	return nil
}
