// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import (
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pmetric"
)

// What our components name their metrics, where it does not depend on the source, and
// the attributes that only their points have. Prometheus writes dots as underscores and
// adds a unit or _total to a name, so what comes back from there is known by its
// attributes.
var (
	ourNames = []string{
		"anomaly.score", "anomaly.expected", "anomaly.lower", "anomaly.upper", "anomaly.points",
		"forecast.coverage", "forecast.error", "forecast.ready",
		"incident.active", "incident.members",
	}
	ourAttributes = exactly(
		"anomaly.metric.name", "forecast.metric.name", "forecast.horizon", "forecast.bound", "forecast.window", "forecast.slot", "forecast.limit",
		"incident.severity",
	)
)

// exactly are keys as they are, and as Prometheus writes them.
func exactly(keys ...string) map[string]bool {
	all := map[string]bool{}
	for _, key := range keys {
		all[key], all[strings.ReplaceAll(key, ".", "_")] = true, true
	}
	return all
}

// OurName is true for a name that only metrics of ours have.
func OurName(name string) bool { return slices.Contains(ourNames, name) }

// Ours is true for a metric that the anomaly processor or the forecast connector
// made: by its name, or by the attributes that its points have. They are not watched,
// nor forecast, in their turn.
func Ours(m pmetric.Metric) bool {
	if OurName(m.Name()) {
		return true
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return ourPoints(m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		return ourPoints(m.Sum().DataPoints())
	default:
		return false
	}
}

func ourPoints(points pmetric.NumberDataPointSlice) bool {
	if points.Len() == 0 {
		return false
	}
	for key := range points.At(0).Attributes().All() {
		if ourAttributes[key] {
			return true
		}
	}
	return false
}
