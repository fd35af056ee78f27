// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/metadata"
)

// output is what comes of a batch.
type output struct {
	events  plog.Logs
	metrics pmetric.Metrics
}

func newOutput() output { return output{plog.NewLogs(), pmetric.NewMetrics()} }

// bytes is about what it takes to remember it.
func (o output) bytes() int {
	return 4096*o.events.LogRecordCount() + 200*o.metrics.DataPointCount()
}

// eventService is the service that events are of: they are no log of the one that failed.
const eventService = "incident"

// event adds what became of an incident, as a log record by OpenTelemetry's conventions
// for events: the name says which, the body is for people, the attributes for programs.
func (o output) event(cfg *Config, ev *incident.Event) {
	in := &ev.Incident
	rl := o.events.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", eventService)
	sl := rl.ScopeLogs().AppendEmpty()
	sl.Scope().SetName(metadata.ScopeName)
	lr := sl.LogRecords().AppendEmpty()
	lr.SetTimestamp(pcommon.Timestamp(ev.At))
	lr.SetEventName("incident." + string(ev.Stage))
	lr.SetSeverityNumber(severityOf(ev))
	lr.SetSeverityText(lr.SeverityNumber().String())
	lr.Body().SetStr(title(ev, cfg.Slot))
	a := lr.Attributes()
	a.PutStr("incident.id", in.ID)
	a.PutStr("incident.status", map[bool]string{false: "open", true: "closed"}[ev.Stage == incident.Closed])
	a.PutStr("incident.start", clock(in.Start))
	a.PutStr("incident.service", in.Root)
	if in.System != "" {
		a.PutStr("incident.system", in.System)
	}
	if ev.Stage == incident.Closed {
		a.PutStr("incident.end", clock(in.End))
		a.PutDouble("incident.duration", time.Duration(in.End-in.Start).Seconds())
	}
	a.PutDouble("incident.surprise", in.Nats)
	putStrings(a, "incident.services", in.Suspects(), func(s incident.Suspect) string { return s.Name })
	putStrings(a, "incident.unaffected", in.Unaffected, func(s string) string { return s })
	putStrings(a, "incident.similar", in.Similar, func(p incident.Past) string { return p.ID })
	putMembers(a, in)
	if first := firstSign(in); first != nil {
		a.PutStr("incident.first_sign", sign(first))
	}
	if solution := solutionOf(in); solution != "" {
		a.PutStr("incident.solution", solution)
	}
}

// severityOf is an error while people who use the system may notice, else a warning; that
// it is over is information.
func severityOf(ev *incident.Event) plog.SeverityNumber {
	switch {
	case ev.Stage == incident.Closed:
		return plog.SeverityNumberInfo
	case noticed(&ev.Incident):
		return plog.SeverityNumberError
	}
	return plog.SeverityNumberWarn
}

func noticed(in *incident.Incident) bool {
	return slices.ContainsFunc(in.Members, func(m incident.Member) bool {
		return m.Family == incident.Logs || m.Family == incident.Errors || m.Family == incident.Latency
	})
}

func putStrings[T any](to pcommon.Map, key string, all []T, text func(T) string) {
	if len(all) == 0 {
		return
	}
	list := to.PutEmptySlice(key)
	for _, one := range all {
		list.AppendEmpty().SetStr(text(one))
	}
}

// putMembers adds the members, the most surprising first.
func putMembers(to pcommon.Map, in *incident.Incident) {
	if in.Dropped > 0 {
		to.PutInt("incident.members.dropped", int64(in.Dropped))
	}
	list := to.PutEmptySlice("incident.members")
	for i := range in.Members {
		m := &in.Members[i]
		one := list.AppendEmpty().SetEmptyMap()
		one.PutStr("service", m.Service)
		one.PutStr("sign", sign(m))
		one.PutStr("since", clock(m.First))
		one.PutDouble("surprise", m.Nats)
		if m.Kind == incident.Records {
			one.PutStr(clusterKey, m.Name)
		} else {
			one.PutStr("metric", m.Name)
			one.PutStr("direction", map[bool]string{true: "up", false: "down"}[m.Up])
		}
		one.PutDouble("value", m.Value)
		one.PutDouble("usual", m.Usual)
		for key, text := range map[string]string{"attributes": m.Label, keywordsKey: m.Keywords, "sample": m.Sample, solutionKey: m.Solution} {
			if text != "" {
				one.PutStr(key, text)
			}
		}
	}
}

// firstSign is the member that came first, of those the most surprising.
func firstSign(in *incident.Incident) *incident.Member {
	var first *incident.Member
	for i := range in.Members {
		if m := &in.Members[i]; first == nil || m.First < first.First {
			first = m
		}
	}
	return first
}

// solutionOf is what was written down for the most surprising member that has something.
func solutionOf(in *incident.Incident) string {
	for i := range in.Members {
		if s := in.Members[i].Solution; s != "" {
			return s
		}
	}
	return ""
}

func clock(at int64) string { return time.Unix(0, at).UTC().Format(time.RFC3339) }

// actives are the series of incident.active that are not 0.
type actives map[activeKey]int64

type activeKey struct{ system, service, severity string }

// count adds how many incidents are open and how many members they have; what was left
// becomes 0 once.
func (o output) count(cfg *Config, e *incident.Engine, active actives) {
	at := pcommon.Timestamp(e.Slot() * int64(cfg.Slot))
	members := actives{}
	now := actives{}
	e.Active(func(in *incident.Incident) {
		key := activeKey{in.System, in.Root, map[bool]string{true: "error", false: "warning"}[noticed(in)]}
		now[key]++
		members[key] += int64(len(in.Members) + in.Dropped)
	})
	for key := range active {
		if _, still := now[key]; !still {
			now[key] = 0
			delete(active, key)
		}
	}
	if len(now) == 0 {
		return
	}
	sm := o.metrics.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(metadata.ScopeName)
	gauge := func(name, unit, description string, values actives) {
		m := sm.Metrics().AppendEmpty()
		m.SetName(name)
		m.SetUnit(unit)
		m.SetDescription(description)
		points := m.SetEmptyGauge().DataPoints()
		for _, key := range keysOf(now) {
			dp := points.AppendEmpty()
			dp.SetTimestamp(at)
			dp.SetIntValue(values[key])
			if key.system != "" {
				dp.Attributes().PutStr("incident.system", key.system)
			}
			dp.Attributes().PutStr("incident.service", key.service)
			dp.Attributes().PutStr("incident.severity", key.severity)
		}
	}
	gauge("incident.active", "{incident}", "Incidents that are open.", now)
	gauge("incident.members", "{member}", "Metric streams and log clusters that belong to open incidents.", members)
	for key, n := range now {
		if n > 0 {
			active[key] = n
		}
	}
}

func keysOf(m actives) []activeKey {
	keys := make([]activeKey, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b activeKey) int {
		return cmp.Or(cmp.Compare(a.system, b.system), cmp.Compare(a.service, b.service), cmp.Compare(a.severity, b.severity))
	})
	return keys
}

// sign says of a member what a person would.
func sign(m *incident.Member) string {
	if m.Kind == incident.Records {
		return logSign(m)
	}
	direction := map[bool]string{true: "up", false: "down"}[m.Up]
	switch {
	case m.Kind == incident.Score:
		return fmt.Sprintf("%s out of the ordinary", m.Name)
	case m.Usual > 0 && m.Value > 0 && m.Value >= 1.1*m.Usual:
		return fmt.Sprintf("%s %s, %s times its usual %s", m.Name, direction, number(m.Value/m.Usual), number(m.Usual))
	default:
		return fmt.Sprintf("%s %s, %s where %s is usual", m.Name, direction, number(m.Value), number(m.Usual))
	}
}

func logSign(m *incident.Member) string {
	what := cmp.Or(m.Keywords, m.Sample, m.Name)
	if m.New {
		return fmt.Sprintf("new error %q", what)
	}
	return fmt.Sprintf("error %q %s a slot, usually %s", what, number(m.Value), number(m.Usual))
}

func number(v float64) string { return fmt.Sprintf("%.3g", v) }
