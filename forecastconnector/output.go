// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// Names that outsiders depend on.
const (
	horizonKey    = "forecast.horizon"
	boundKey      = "forecast.bound"
	windowKey     = "forecast.window"
	slotKey       = "forecast.slot"
	limitKey      = "forecast.limit"
	aspectKey     = "forecast.aspect"
	metricNameKey = "forecast.metric.name"
	aspectRate    = "rate"
)

// output makes metrics of forecasts. Resource, scope and metrics are made when
// the first point of each comes.
type output struct {
	cfg      *Config
	horizons []string // as they are written
	window   string
	slots    []string // of a day, by their begin

	made pmetric.Metrics

	sourceResource pmetric.ResourceMetrics
	sourceScope    pmetric.ScopeMetrics
	outResource    pmetric.ResourceMetrics
	outMetrics     pmetric.MetricSlice
	hasResource    bool
	hasScope       bool

	name, unit, aspect string // of the source
	points             int    // of the source
	of                 [kinds]pmetric.NumberDataPointSlice
	has                [kinds]bool // whether the source has points of that kind yet
	series             []made      // of the scope
}

// made is a metric of the scope that points are appended to.
type made struct {
	name, unit string
	points     pmetric.NumberDataPointSlice
}

// kind is one of the metrics that are made of a source.
type kind int

const (
	kindForecast kind = iota
	kindDue
	kindRecommended
	kindLimit
	kindCoverage
	kindError
	kindReady
	kinds
)

// kindOf says how each kind is named, after the source or by itself, its unit,
// that of the source where it is empty, and what it is.
var kindOf = [kinds]struct{ suffix, name, unit, text string }{
	kindForecast:    {suffix: ".forecast", text: "What is forecast."},
	kindDue:         {suffix: ".forecast.due", text: "What was forecast one horizon ago for this moment."},
	kindRecommended: {suffix: ".recommended", text: "What to provision: the highest upper quantile over the window or slot, with headroom."},
	kindLimit:       {suffix: ".time_to_limit", unit: "s", text: "Time until the limit is reached."},
	kindCoverage:    {name: "forecast.coverage", unit: "1", text: "Share of recent points that lay within the bounds."},
	kindReady:       {name: "forecast.ready", unit: "1", text: "1 once enough was seen to recommend something and to look for a limit, 0 until then."},
	kindError:       {name: "forecast.error", text: "Mean absolute error of recent forecasts."},
}

func newOutput(cfg *Config) output {
	o := output{cfg: cfg, window: forecast.Written(cfg.Recommended.Window)}
	for _, h := range cfg.Horizons {
		o.horizons = append(o.horizons, forecast.Written(h))
	}
	for begin := time.Duration(0); begin < day; begin += cfg.Plan.Slot {
		o.slots = append(o.slots, time.Time{}.Add(begin).Format("15:04"))
	}
	return o
}

func (o *output) begin() { o.made = pmetric.NewMetrics() }

// end lets go of the batch.
func (o *output) end() {
	clear(o.series)
	*o = output{cfg: o.cfg, horizons: o.horizons, window: o.window, slots: o.slots, series: o.series[:0]}
}

func (o *output) resource(source pmetric.ResourceMetrics) {
	o.sourceResource, o.hasResource = source, false
}

func (o *output) scope(source pmetric.ScopeMetrics) {
	o.sourceScope, o.hasScope = source, false
	o.series = o.series[:0]
}

func (o *output) metric(name, unit, aspect string, points int) {
	o.name, o.unit, o.aspect, o.points = name, unit, aspect, points
	o.has = [kinds]bool{}
}

// metrics are those of the scope that is forecast, with its resource and scope.
func (o *output) metrics() pmetric.MetricSlice {
	if !o.hasResource {
		o.outResource = o.made.ResourceMetrics().AppendEmpty()
		o.sourceResource.Resource().CopyTo(o.outResource.Resource())
		o.outResource.SetSchemaUrl(o.sourceResource.SchemaUrl())
		o.hasResource, o.hasScope = true, false
	}
	if !o.hasScope {
		sm := o.outResource.ScopeMetrics().AppendEmpty()
		o.sourceScope.Scope().CopyTo(sm.Scope())
		sm.SetSchemaUrl(o.sourceScope.SchemaUrl())
		o.outMetrics, o.hasScope = sm.Metrics(), true
	}
	return o.outMetrics
}

// forecasts makes all points of a stream's forecast, made at a time.
func (o *output) forecasts(s *stream, attributes pcommon.Map, at int64) {
	for i, h := range o.cfg.Horizons {
		o.band(kindForecast, s.model.Forecast(h), attributes, o.stamp(at, h), i)
		if o.cfg.Due {
			if due, ok := s.model.Due(i); ok {
				o.band(kindDue, due, attributes, at, i)
			}
		}
		if o.cfg.Quality {
			o.quality(s.model.Measured(i), attributes, at, i)
		}
	}
	if o.cfg.Quality {
		o.ready(s.model.Settled(), attributes, at)
	}
	if !s.model.Settled() {
		return
	}
	if o.cfg.Recommended.Enabled {
		o.recommend(s.model, attributes, at, windowKey, o.window, 0, o.cfg.Recommended.Window)
	}
	if o.cfg.Plan.Enabled {
		o.plan(s.model, attributes, at)
	}
	if s.rule.limit != nil {
		o.timeToLimit(s, attributes, at)
	}
}

// stamp is the timestamp of a forecast made at a time for a horizon.
func (o *output) stamp(at int64, h time.Duration) int64 {
	if o.cfg.Timestamp == TimestampTarget {
		return at + int64(h)
	}
	return at
}

func (o *output) band(k kind, f forecast.Point, attributes pcommon.Map, at int64, horizon int) {
	for _, b := range [...]struct {
		bound string
		value float64
	}{{"mean", f.Mean}, {"lower", f.Lower}, {"upper", f.Upper}} {
		dp := o.add(k, attributes, at, 2)
		dp.Attributes().PutStr(horizonKey, o.horizons[horizon])
		dp.Attributes().PutStr(boundKey, b.bound)
		dp.SetDoubleValue(b.value)
	}
}

// ready says whether there is enough history.
func (o *output) ready(settled bool, attributes pcommon.Map, at int64) {
	dp := o.add(kindReady, attributes, at, 1)
	dp.Attributes().PutStr(metricNameKey, o.name)
	value := 0.0
	if settled {
		value = 1
	}
	dp.SetDoubleValue(value)
}

// quality says how good a horizon's forecasts were, once some have come due.
func (o *output) quality(m forecast.Measured, attributes pcommon.Map, at int64, horizon int) {
	if m.Points == 0 {
		return
	}
	add := func(k kind, value float64) {
		dp := o.add(k, attributes, at, 2)
		dp.Attributes().PutStr(metricNameKey, o.name)
		dp.Attributes().PutStr(horizonKey, o.horizons[horizon])
		dp.SetDoubleValue(value)
	}
	add(kindCoverage, m.Coverage)
	add(kindError, m.Error)
}

func (o *output) recommend(model *forecast.Stream, attributes pcommon.Map, stamp int64, key, name string, from, to time.Duration) {
	value, ok := model.Recommended(from, to)
	if !ok {
		return
	}
	dp := o.add(kindRecommended, attributes, stamp, 1)
	dp.Attributes().PutStr(key, name)
	dp.SetDoubleValue(value)
}

// plan gives the next time that each slot of the day (UTC) begins.
func (o *output) plan(model *forecast.Stream, attributes pcommon.Map, at int64) {
	slot := int64(o.cfg.Plan.Slot)
	next := at - at%slot + slot
	for i := range int64(len(o.slots)) {
		begin := next + i*slot
		from := time.Duration(begin - at)
		o.recommend(model, attributes, o.stamp(at, from), slotKey, o.slots[begin%int64(day)/slot], from, from+o.cfg.Plan.Slot)
	}
}

// mostToLimit is how far ahead the limit is looked for; beyond, the gauge ends
// with a point without a value.
const mostToLimit = 30 * day

func (o *output) timeToLimit(s *stream, attributes pcommon.Map, at int64) {
	left, ok := s.model.TimeToLimit(*s.rule.limit, s.falls(), mostToLimit)
	if !ok && !s.limited {
		return
	}
	dp := o.add(kindLimit, attributes, at, 1)
	dp.Attributes().PutStr(limitKey, strconv.FormatFloat(*s.rule.limit, 'g', -1, 64))
	if s.limited = ok; ok {
		dp.SetDoubleValue(left.Seconds())
	} else {
		dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	}
}

// add appends a point to one of the scope's metrics, with the attributes of its
// source and room for so many more.
func (o *output) add(k kind, attributes pcommon.Map, at int64, room int) pmetric.NumberDataPoint {
	if !o.has[k] {
		o.of[k], o.has[k] = o.pointsOf(k), true
	}
	dp := o.of[k].AppendEmpty()
	dp.SetTimestamp(pcommon.Timestamp(at))
	to := dp.Attributes()
	if o.aspect != "" {
		room++
	}
	series.CopyAttributes(attributes, to, room)
	if o.aspect != "" {
		to.PutStr(aspectKey, o.aspect)
	}
	return dp
}

// pointsOf are those of the scope's metric of a kind, which sources of the same
// name and unit share.
func (o *output) pointsOf(k kind) pmetric.NumberDataPointSlice {
	name, unit := kindOf[k].name, kindOf[k].unit
	if name == "" {
		name = o.name + kindOf[k].suffix
	}
	if unit == "" {
		unit = o.unit
	}
	for i := range o.series {
		if m := &o.series[i]; m.name == name && m.unit == unit {
			return m.points
		}
	}
	m := o.metrics().AppendEmpty()
	m.SetName(name)
	m.SetUnit(unit)
	m.SetDescription(kindOf[k].text)
	points := m.SetEmptyGauge().DataPoints()
	if k == kindForecast {
		points.EnsureCapacity(3 * len(o.cfg.Horizons) * o.points)
	}
	o.series = append(o.series, made{name, unit, points})
	return points
}
