// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"math"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// What the anomaly processor and log_cluster leave.
const (
	scoreName   = "anomaly.score"
	scoredKey   = "anomaly.metric.name"
	clusterKey  = "log.cluster.id"
	keywordsKey = "log.cluster.keywords"
	solutionKey = "log.cluster.solution"
	templateKey = "log.record.template"
)

// The lengths of texts that are kept of a stream, in bytes.
const (
	longestLabel    = 200
	longestSample   = 300
	longestSolution = 2000
)

// place is where a resource is in the system. ok is false when nothing names a service.
func place(cfg *Config, resource pcommon.Map) (system, service string, ok bool) {
	var parts []string
	for _, key := range cfg.SystemBy {
		if v, has := resource.Get(key); has {
			parts = append(parts, v.AsString())
		}
	}
	for _, key := range cfg.ServiceBy {
		if v, has := resource.Get(key); has && v.AsString() != "" {
			return strings.Join(parts, "/"), v.AsString(), true
		}
	}
	return "", "", false
}

// pointReader puts metric points into an engine.
type pointReader struct {
	cfg    *Config
	now    int64
	points measure.Points
}

// identity tells a batch from others by the streams of its points.
func (r *pointReader) identity(md pmetric.Metrics) uint64 {
	h := repeat.Start
	for _, rm := range md.ResourceMetrics().All() {
		resource := series.OfResource(rm.Resource())
		for _, sm := range rm.ScopeMetrics().All() {
			scope := resource.Scope(sm.Scope())
			for _, m := range sm.Metrics().All() {
				id := scope.Metric(m)
				r.points.Each(m, func(attributes pcommon.Map, _ pmetric.DataPointFlags) {
					h = repeat.Mix(h, uint64(id.Point(attributes)))
				})
			}
		}
	}
	return h
}

func (r *pointReader) read(e *incident.Engine, md pmetric.Metrics) (d dropped) {
	for _, rm := range md.ResourceMetrics().All() {
		system, service, named := place(r.cfg, rm.Resource().Attributes())
		resource := series.OfResource(rm.Resource())
		for _, sm := range rm.ScopeMetrics().All() {
			scope := resource.Scope(sm.Scope())
			for _, m := range sm.Metrics().All() {
				switch {
				case !named:
					d[noService] += int64(measure.Len(m))
				case m.Name() != scoreName && series.Ours(m):
					d[ours] += int64(measure.Len(m))
				default:
					about := incident.Description{System: system, Service: service, Name: m.Name()}
					r.metric(e, m, scope.Metric(m), about, &d)
				}
			}
		}
	}
	return d
}

func (r *pointReader) metric(e *incident.Engine, m pmetric.Metric, id series.ID, about incident.Description, d *dropped) {
	d[unsupported] += int64(r.points.Each(m, func(attributes pcommon.Map, flags pmetric.DataPointFlags) {
		kind, value := valueOf(&r.points.Sample)
		switch {
		case flags.NoRecordedValue(), math.IsNaN(value.V), math.IsInf(value.V, 0):
			d[noValue]++
			return
		case !series.Plausible(r.points.Sample.At, r.now):
			d[badTime]++
			return
		}
		stream := uint64(id.Point(attributes))
		switch {
		case e.Known(stream, r.points.Sample.At, value):
		case e.Full():
			e.Refuse()
		default:
			about := about
			about.Kind, about.Label = kind, labelOf(attributes)
			if name, scored := attributes.Get(scoredKey); scored && m.Name() == scoreName {
				about.Kind, about.Name = incident.Score, name.AsString()
			}
			e.Describe(stream, r.points.Sample.At, value, about)
		}
	}))
}

// valueOf is how a point is read: of a distribution, its mean.
func valueOf(s *measure.Sample) (incident.Kind, incident.Value) {
	if p := s.Distribution; p != nil {
		value := incident.Value{V: p.Sum, Weight: float64(p.Count)}
		if !p.HasSum {
			value.V = math.NaN()
		}
		if s.Kind == measure.Delta {
			return incident.DeltaMean, value
		}
		return incident.Mean, value
	}
	kind := map[measure.Kind]incident.Kind{measure.Cumulative: incident.Cumulative, measure.Delta: incident.Delta}[s.Kind]
	return kind, incident.Value{V: s.Value}
}

// labelOf is the attributes of a point, for people.
func labelOf(attributes pcommon.Map) string {
	parts := make([]string, 0, attributes.Len())
	for key, v := range attributes.All() {
		if key != scoredKey && key != "anomaly.flag" && key != "anomaly.kind" {
			parts = append(parts, key+"="+v.AsString())
		}
	}
	slices.Sort(parts)
	return cut(strings.Join(parts, ", "), longestLabel)
}

// recordReader puts log records into an engine.
type recordReader struct {
	cfg *Config
	now int64
}

// identity tells a batch from others by where its records come from, their times and
// their bodies.
func (r *recordReader) identity(ld plog.Logs) uint64 {
	h := repeat.Start
	for _, rl := range ld.ResourceLogs().All() {
		h = repeat.Mix(h, uint64(series.OfResource(rl.Resource())))
		for _, sl := range rl.ScopeLogs().All() {
			for _, lr := range sl.LogRecords().All() {
				h = repeat.Mix(repeat.Mix(h, uint64(lr.Timestamp())), uint64(lr.ObservedTimestamp()))
				h = repeat.Mix(h, repeat.Text(lr.Body().AsString()))
			}
		}
	}
	return h
}

func (r *recordReader) read(e *incident.Engine, ld plog.Logs) (d dropped) {
	for _, rl := range ld.ResourceLogs().All() {
		system, service, named := place(r.cfg, rl.Resource().Attributes())
		for _, sl := range rl.ScopeLogs().All() {
			if !named {
				d[noService] += int64(sl.LogRecords().Len())
				continue
			}
			for _, lr := range sl.LogRecords().All() {
				at := int64(lr.Timestamp())
				if at == 0 {
					at = int64(lr.ObservedTimestamp())
				}
				if !series.Plausible(at, r.now) {
					d[badTime]++
					continue
				}
				e.Heard(system, service, at)
				if lr.SeverityNumber() >= plog.SeverityNumberError {
					r.failure(e, system, service, at, lr)
				}
			}
		}
	}
	return d
}

// failure counts a record that reports an error, with those of its cluster.
func (r *recordReader) failure(e *incident.Engine, system, service string, at int64, lr plog.LogRecord) {
	cluster := textOf(lr, clusterKey)
	if cluster == "" {
		cluster = "unclustered"
	}
	stream := xxhash.Sum64String(system + "\x00" + service + "\x00" + cluster)
	switch {
	case e.Known(stream, at, incident.Value{V: 1}):
		if solution := textOf(lr, solutionKey); solution != "" {
			e.Solve(stream, cut(solution, longestSolution))
		}
	case e.Full():
		e.Refuse()
	default:
		e.Describe(stream, at, incident.Value{V: 1}, incident.Description{
			System: system, Service: service, Name: cluster, Kind: incident.Records, Severe: true,
			Keywords: cut(textOf(lr, keywordsKey), longestLabel),
			Label:    cut(textOf(lr, templateKey), longestSample),
			Sample:   cut(lr.Body().AsString(), longestSample),
			Solution: cut(textOf(lr, solutionKey), longestSolution),
		})
	}
}

func textOf(lr plog.LogRecord, key string) string {
	v, ok := lr.Attributes().Get(key)
	if !ok {
		return ""
	}
	return v.AsString()
}

// cut shortens a text to so many bytes, between characters.
func cut(s string, most int) string {
	if len(s) <= most {
		return strings.Clone(s)
	}
	return strings.ToValidUTF8(s[:most-len("…")], "") + "…"
}
