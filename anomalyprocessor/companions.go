// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// Names that outsiders depend on.
const (
	flagKey       = "anomaly.flag"
	kindKey       = "anomaly.kind"
	directionKey  = "anomaly.direction"
	metricNameKey = "anomaly.metric.name"
	aspectKey     = "anomaly.aspect"

	scoreName    = "anomaly.score"
	expectedName = "anomaly.expected"
	lowerName    = "anomaly.lower"
	upperName    = "anomaly.upper"
	pointsName   = "anomaly.points"
)

var descriptions = map[string]string{
	scoreName:    "How unusual the point is; from 1 on it is anomalous.",
	expectedName: "What was expected of the point.",
	lowerName:    "Below this a single point is anomalous.",
	upperName:    "Above this a single point is anomalous.",
	pointsName:   "Anomalous points of the stream so far.",
}

// companions writes our metrics beside those of one scope. The gauges are
// sparse: they begin when a score reaches the level and end with a point without
// a value, so that no store draws a line on.
type companions struct {
	cfg        CompanionsConfig
	metrics    pmetric.MetricSlice // of the scope
	made       []companion
	name, unit string // of the metric that is watched
}

type companion struct {
	name, unit string
	points     pmetric.NumberDataPointSlice
}

func (c *companions) begin(metrics pmetric.MetricSlice) {
	c.metrics = metrics
	clear(c.made)
	c.made = c.made[:0]
}

func (c *companions) of(name, unit string) { c.name, c.unit = name, unit }

// report says what was found of one of a stream's numbers.
func (c *companions) report(w *watch, v *finding, attributes pcommon.Map, at int64, aspect string, kind measure.Kind) {
	switch {
	case !v.Warming && v.Score >= c.cfg.Level:
		w.open = true
		c.gauges(attributes, at, aspect, kind, func(dp pmetric.NumberDataPoint, pick func(*finding) float64) {
			dp.SetDoubleValue(pick(v))
		})
	default:
		c.end(w, attributes, at, aspect, kind)
	}
	if v.Anomalous && c.cfg.Points {
		c.count(w.tally(v.Kind, v.Up, at), attributes, at, aspect)
	}
}

// end closes a number's gauges with points without a value, where they are open.
func (c *companions) end(w *watch, attributes pcommon.Map, at int64, aspect string, kind measure.Kind) {
	if !w.open {
		return
	}
	w.open = false
	c.gauges(attributes, at, aspect, kind, func(dp pmetric.NumberDataPoint, _ func(*finding) float64) {
		dp.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	})
}

// gauges calls set with a new point of each gauge that is wanted.
func (c *companions) gauges(attributes pcommon.Map, at int64, aspect string, kind measure.Kind, set func(pmetric.NumberDataPoint, func(*finding) float64)) {
	add := func(wanted bool, name, unit string, pick func(*finding) float64) {
		if wanted {
			set(c.add(name, unit, attributes, at, aspect), pick)
		}
	}
	unit := c.valueUnit(kind, aspect)
	add(c.cfg.Score, scoreName, "1", func(v *finding) float64 { return v.Score })
	add(c.cfg.Expected, expectedName, unit, func(v *finding) float64 { return v.Expected })
	add(c.cfg.Bounds, lowerName, unit, func(v *finding) float64 { return v.lower })
	add(c.cfg.Bounds, upperName, unit, func(v *finding) float64 { return v.upper })
}

// valueUnit is the unit of the number that is watched.
func (c *companions) valueUnit(kind measure.Kind, aspect string) string {
	switch {
	case aspect == "rate":
		return measure.RateUnit("")
	case aspect != "" || kind == measure.Gauge:
		return c.unit
	default:
		return measure.RateUnit(c.unit)
	}
}

// count writes a tally; before the first of its points stands a zero, without
// which a rate over the counter would miss that point.
func (c *companions) count(t *tally, attributes pcommon.Map, at int64, aspect string) {
	if t.n == 1 {
		c.tallyPoint(t, 0, attributes, t.start, aspect)
	}
	c.tallyPoint(t, t.n, attributes, at, aspect)
}

func (c *companions) tallyPoint(t *tally, n int64, attributes pcommon.Map, at int64, aspect string) {
	dp := c.add(pointsName, "{point}", attributes, at, aspect)
	dp.SetStartTimestamp(pcommon.Timestamp(t.start))
	dp.Attributes().PutStr(kindKey, t.kind.String())
	dp.Attributes().PutStr(directionKey, direction(t.up))
	dp.SetIntValue(n)
}

func direction(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// tally counts one more anomalous point.
func (w *watch) tally(kind detect.Kind, up bool, at int64) *tally {
	for i, t := range w.counted() {
		if t.kind == kind && t.up == up {
			(*w.tallies)[i].n++
			return &(*w.tallies)[i]
		}
	}
	const before = int64(1e6) // a millisecond, the finest that Prometheus has
	tallies := append(w.counted(), tally{kind: kind, up: up, start: at - before, n: 1})
	w.tallies = &tallies
	return &tallies[len(tallies)-1]
}

// counted are the tallies so far.
func (w *watch) counted() []tally {
	if w.tallies == nil {
		return nil
	}
	return *w.tallies
}

// add appends a point to one of our metrics, with the attributes of its source.
func (c *companions) add(name, unit string, attributes pcommon.Map, at int64, aspect string) pmetric.NumberDataPoint {
	dp := c.pointsOf(name, unit).AppendEmpty()
	dp.SetTimestamp(pcommon.Timestamp(at))
	to := dp.Attributes()
	series.CopyAttributes(attributes, to, 4)
	to.PutStr(metricNameKey, c.name)
	if aspect != "" {
		to.PutStr(aspectKey, aspect)
	}
	return dp
}

func (c *companions) pointsOf(name, unit string) pmetric.NumberDataPointSlice {
	for i := range c.made {
		if m := &c.made[i]; m.name == name && m.unit == unit {
			return m.points
		}
	}
	m := c.metrics.AppendEmpty()
	m.SetName(name)
	m.SetUnit(unit)
	m.SetDescription(descriptions[name])
	var points pmetric.NumberDataPointSlice
	if name == pointsName {
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		points = sum.DataPoints()
	} else {
		points = m.SetEmptyGauge().DataPoints()
	}
	c.made = append(c.made, companion{name, unit, points})
	return points
}
