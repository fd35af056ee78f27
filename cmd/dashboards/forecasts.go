// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"slices"
)

// The names that Prometheus gives to a metric: as a regular expression the
// variable "metric", with the dots of OpenTelemetry, matches the underscores, and
// the unit comes last.
const (
	units = `(_ratio|_bytes|_seconds|_percent|_celsius|_per_second|_bytes_per_second)?`
	// ofStream chooses the streams of the variables.
	ofStream = `service_name="$service",$where`
	// came is the source: a gauge, or the rate of a counter or a histogram.
	came = `({__name__=~"${metric:raw}` + units + `",` + ofStream + `}` +
		` or rate({__name__=~"${metric:raw}(_[a-z]+)?_(total|count)",` + ofStream + `}[$__rate_interval]))`
)

// forecastOf is a bound of the forecasts that were made a horizon ago for this
// very moment. Where the dashboard ends in the future they go on, into it.
func forecastOf(bound string) string {
	return `{__name__=~"${metric:raw}_forecast` + units + `",forecast_horizon="$horizon",forecast_bound="` + bound + `",` + ofStream + `} offset $horizon`
}

// now evaluates a panel at this moment, although the dashboard ends later.
func now(p panel) panel {
	p.TimeFrom, p.HideTimeOverride = "1h", true
	return p
}

func forecasts() dashboard {
	quality := func(name string) string {
		return `avg by (forecast_horizon) ({__name__=~"` + name + `(_.*)?",forecast_metric_name="$metric",` + ofStream + `})`
	}
	series := toDashboard("This service", "forecasts", "service", "service_name")

	band := lines(prometheus, 24, "Forecast with its band against what came",
		"Each forecast at the time that it is for. Beyond now: what is to come.", "none",
		came, "what came", forecastOf("mean"), "forecast", forecastOf("upper"), "upper", forecastOf("lower"), "lower")
	band.GridPos.H = 11
	band.FieldConfig.Overrides = []override{
		style("what came", map[string]any{"color": fixed("blue")}, map[string]any{"lineWidth": 2, "fillOpacity": 0}),
		style("forecast", map[string]any{"color": fixed("orange")}, map[string]any{"fillOpacity": 0}),
		style("upper", map[string]any{"color": fixed("orange")}, map[string]any{"lineWidth": 0, "fillBelowTo": "lower", "fillOpacity": 20}),
		style("lower", map[string]any{"color": fixed("orange")}, map[string]any{"lineWidth": 0, "fillOpacity": 0}),
	}

	d := newDashboard(
		"forecasts", "Forecasts", "What is to come, with bounds, and how good it was forecast.",
		[]variable{
			sourceVariable("prometheus", "Prometheus"),
			one("metric", "Metric", "label_values(forecast_coverage_ratio, forecast_metric_name)", "http.server.active_requests"),
			one("service", "Service", `label_values(forecast_coverage_ratio{forecast_metric_name="$metric"}, service_name)`, "checkout"),
			custom("horizon", "Horizon", "1h", "15m", "1h", "24h"),
			textbox("where", "Only streams with", ""),
		},
		[]panel{
			now(stat(prometheus, 6, "Streams forecast", "", "short", `count(count without (forecast_horizon) (forecast_coverage_ratio))`)),
			now(stat(prometheus, 6, "Coverage, all streams", "Share of recent points within the bounds; 0.8 is promised, unless coverage is set otherwise.", "percentunit", `avg(forecast_coverage_ratio)`)),
			now(stat(prometheus, 6, "Soonest limit", "Until the first stream reaches its limit.", "s", `min({__name__=~".+_time_to_limit_seconds"})`)),
			now(stat(prometheus, 6, "Recommended", "For the chosen stream, for the coming hour.", "none", `max({__name__=~"${metric:raw}_recommended`+units+`",forecast_window!="",`+ofStream+`})`)),
		},
		[]panel{band},
		[]panel{
			lines(prometheus, 12, "Coverage", "Share of recent points that lay within the bounds, by how far ahead. Promised: 0.8.", "percentunit", quality("forecast_coverage"), "{{forecast_horizon}}"),
			lines(prometheus, 12, "Error", "Mean absolute error of recent forecasts, in the metric's unit.", "none", quality("forecast_error"), "{{forecast_horizon}}"),
		},
		[]panel{
			now(table(prometheus, 12, "Time to limit, soonest first", "Of all streams whose rule has a limit, when it is in sight within 30 days.",
				`sort(min by (service_name, host_name, mountpoint, forecast_limit) ({__name__=~".+_time_to_limit_seconds"}))`, "service_name", series)),
			lines(prometheus, 12, "Time to limit", "", "s", `min by (service_name, host_name, mountpoint) ({__name__=~".+_time_to_limit_seconds"})`, "{{host_name}} {{mountpoint}} {{service_name}}"),
		},
		[]panel{
			lines(prometheus, 24, "Recommended against used", "What was recommended at each moment for the hour after it, and what was used. Above the line too little was provisioned.", "none",
				came, "used", `{__name__=~"${metric:raw}_recommended`+units+`",forecast_window!="",`+ofStream+`} offset 1h`, "recommended an hour before"),
		},
	)
	d.Time = timeRange{From: "now-3h", To: "now+1h"}
	return d
}

// style overrides how the series of a name is drawn.
func style(name string, properties, custom map[string]any) override {
	o := override{Matcher: matcher{ID: "byName", Options: name}}
	for _, id := range slices.Sorted(maps.Keys(properties)) {
		o.Properties = append(o.Properties, property{ID: id, Value: properties[id]})
	}
	for _, id := range slices.Sorted(maps.Keys(custom)) {
		o.Properties = append(o.Properties, property{ID: "custom." + id, Value: custom[id]})
	}
	return o
}

func fixed(color string) map[string]any {
	return map[string]any{"mode": "fixed", "fixedColor": color}
}
