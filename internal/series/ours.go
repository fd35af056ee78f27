// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// What our components add to metrics, with dots or as Prometheus writes it.
var (
	ourNames = map[string][]string{
		"anomaly":  {"score", "expected", "lower", "upper", "points"},
		"forecast": {"coverage", "error"},
	}
	ourAttributes = []string{"forecast.", "forecast_"}
)

// Ours is true for a metric that the anomaly processor or the forecast connector
// made: by its name, or by the attributes that every forecast has. They are not
// watched, nor forecast, in their turn.
func Ours(m pmetric.Metric) bool {
	name := m.Name()
	for prefix, rests := range ourNames {
		if !strings.HasPrefix(name, prefix) || len(name) == len(prefix) {
			continue
		}
		if sep := name[len(prefix)]; sep != '.' && sep != '_' {
			continue
		}
		for _, rest := range rests {
			if strings.HasPrefix(name[len(prefix)+1:], rest) {
				return true
			}
		}
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		return isForecast(m.Gauge().DataPoints())
	case pmetric.MetricTypeSum:
		return isForecast(m.Sum().DataPoints())
	default:
		return false
	}
}

func isForecast(points pmetric.NumberDataPointSlice) bool {
	return points.Len() > 0 && hasOurAttribute(points.At(0).Attributes())
}

func hasOurAttribute(attributes pcommon.Map) bool {
	for key := range attributes.All() {
		for _, prefix := range ourAttributes {
			if strings.HasPrefix(key, prefix) {
				return true
			}
		}
	}
	return false
}
