// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

var (
	prometheus = datasource{Type: "prometheus", UID: "${prometheus}"}
	loki       = datasource{Type: "loki", UID: "${loki}"}
)

const tag = "otelcol-aiops"

// newDashboard lays panels out in the order given and numbers them.
func newDashboard(uid, title, description string, variables []variable, rows ...[]panel) dashboard {
	d := dashboard{
		UID: tag + "-" + uid, Title: title, Description: description, Tags: []string{tag},
		SchemaVersion: 39, Editable: true, GraphTooltip: 1,
		Time: timeRange{From: "now-2h", To: "now"}, Refresh: "30s",
		Links:       []dashboardLink{{Title: "otelcol-aiops", Type: "dashboards", Icon: "external link", Tags: []string{tag}, AsDropdown: true, KeepTime: true}},
		Templating:  list[variable]{List: variables},
		Annotations: list[annotation]{List: []annotation{}},
	}
	y := 0
	for _, row := range rows {
		x, height := 0, 0
		for _, p := range row {
			p.ID = len(d.Panels) + 1
			p.GridPos.X, p.GridPos.Y = x, y
			x += p.GridPos.W
			height = max(height, p.GridPos.H)
			d.Panels = append(d.Panels, p)
		}
		y += height
	}
	return d
}

// marked has the moments at which containers began: a rollout, a restart, a crash.
func marked(d dashboard) dashboard {
	d.Annotations.List = append(d.Annotations.List, annotation{
		Name: "Containers begin", Datasource: prometheus, Enable: true, IconColor: "blue", Step: "1m",
		Expr:        `count by (service_name) (container_uptime_seconds_total{service_name=~"$service"} < 60) > 0`,
		TitleFormat: "{{service_name}}: containers begin",
	})
	return d
}

// named has, beside the ID of a cluster, its usual words, where they are known.
func named(expr string) string {
	const on = `on (service_name, log_cluster_id)`
	return `(` + expr + `) * ` + on + ` group_left (log_cluster_keywords) (topk by (service_name, log_cluster_id) (1, last_over_time(log_cluster_info[6h])) > bool 0)` +
		` or ` + on + ` (` + expr + `)`
}

// columns are how the labels are called where people read them.
func columns(value string) map[string]any {
	return map[string]any{
		"service_name": "Service", "log_cluster_id": "Cluster", "log_cluster_keywords": "Words", "log_record_template": "Template",
		"anomaly_metric_name": "Metric", "anomaly_aspect": "Aspect", "forecast_limit": "Limit", "host_name": "Host", "mountpoint": "Mounted at",
		"Value #A": value,
	}
}

func sourceVariable(name, label string) variable {
	return variable{Name: name, Label: label, Type: "datasource", Query: name}
}

// choose lists what Prometheus knows; several may be chosen, at first all.
func choose(name, label, query string) variable {
	return variable{
		Name: name, Label: label, Type: "query", Datasource: &prometheus,
		Query: map[string]any{"query": query, "refId": name}, Refresh: 2, Sort: 1,
		IncludeAll: true, AllValue: ".+", Multi: true, Current: &choice{Text: "All", Value: "$__all"},
	}
}

// one is choose for a single value.
func one(name, label, query, first string) variable {
	v := choose(name, label, query)
	v.IncludeAll, v.AllValue, v.Multi, v.Current = false, "", false, &choice{Text: first, Value: first}
	return v
}

// custom lets choose among given values.
func custom(name, label, first string, values ...string) variable {
	v := variable{Name: name, Label: label, Type: "custom", Query: strings.Join(values, ","), Current: &choice{Text: first, Value: first}}
	for _, value := range values {
		v.Options = append(v.Options, choice{Text: value, Value: value, Selected: value == first})
	}
	return v
}

func textbox(name, label, value string) variable {
	return variable{Name: name, Label: label, Type: "textbox", Query: value, Current: &choice{Text: value, Value: value}}
}

func target0(source datasource, expr, legend string) target {
	t := target{RefID: "A", Datasource: source, Expr: expr, LegendFormat: legend}
	if source == loki {
		t.QueryType = "range"
	} else {
		t.Range = true
	}
	return t
}

// lines draws queries, pairs of an expression and a legend, over time.
func lines(source datasource, width int, title, description, unit string, queries ...string) panel {
	p := panel{
		Title: title, Description: description, Type: "timeseries", Datasource: &source, GridPos: grid{W: width, H: 8},
		FieldConfig: fieldConfig{
			Defaults:  fieldDefaults{Unit: unit, Custom: map[string]any{"fillOpacity": 10, "showPoints": "never", "spanNulls": false}},
			Overrides: []override{},
		},
		Options: map[string]any{
			"legend":  map[string]any{"displayMode": "table", "placement": "right", "calcs": []string{"lastNotNull", "max"}},
			"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
		},
	}
	for i := 0; i+1 < len(queries); i += 2 {
		t := target0(source, queries[i], queries[i+1])
		t.RefID = string(rune('A' + i/2))
		p.Targets = append(p.Targets, t)
	}
	return p
}

// bars is lines stacked as bars, for counts of rare things.
func bars(source datasource, width int, title, description, unit string, queries ...string) panel {
	p := lines(source, width, title, description, unit, queries...)
	p.FieldConfig.Defaults.Custom = map[string]any{
		"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "stacking": map[string]any{"mode": "normal"},
	}
	return p
}

// stat shows one number.
func stat(source datasource, width int, title, description, unit, expr string) panel {
	return panel{
		Title: title, Description: description, Type: "stat", Datasource: &source, GridPos: grid{W: width, H: 4},
		Targets:     []target{instant(target0(source, expr, ""))},
		FieldConfig: fieldConfig{Defaults: fieldDefaults{Unit: unit, None: "0"}, Overrides: []override{}},
		Options: map[string]any{
			"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "values": false}, "colorMode": "none", "graphMode": "none",
		},
	}
}

// valueColumn is the number of a row.
const valueColumn = "Value"

// table shows an instant query, a row a series, largest first. The links are on
// the column of the given name.
func table(source datasource, width int, title, description, expr, column string, links ...link) panel {
	t := instant(target0(source, expr, ""))
	if source == prometheus {
		t.Format = "table"
	}
	p := panel{
		Title: title, Description: description, Type: "table", Datasource: &source, GridPos: grid{W: width, H: 10},
		Targets: []target{t},
		FieldConfig: fieldConfig{
			Defaults:  fieldDefaults{Custom: map[string]any{"filterable": true}},
			Overrides: []override{{Matcher: matcher{ID: "byName", Options: column}, Properties: []property{{ID: "links", Value: links}}}},
		},
		Options: map[string]any{"showHeader": true, "sortBy": []map[string]any{{"displayName": valueColumn, "desc": true}}},
	}
	if source == loki { // which gives a frame a series, its labels aside
		p.Transforms = append(p.Transforms, transform{ID: "labelsToFields", Options: map[string]any{"mode": "columns"}}, transform{ID: "merge", Options: map[string]any{}})
	}
	p.Transforms = append(p.Transforms, transform{ID: "organize", Options: map[string]any{"excludeByName": map[string]any{"Time": true}, "renameByName": columns(valueColumn)}})
	return p
}

func instant(t target) target {
	if t.Datasource == loki {
		t.QueryType = "instant"
	} else {
		t.Instant, t.Range = true, false
	}
	return t
}

// logs shows log lines.
func logs(width int, title, description, expr string) panel {
	return panel{
		Title: title, Description: description, Type: "logs", Datasource: &loki, GridPos: grid{W: width, H: 10},
		Targets:     []target{target0(loki, expr, "")},
		FieldConfig: fieldConfig{Overrides: []override{}},
		Options: map[string]any{
			"showTime": true, "wrapLogMessage": true, "enableLogDetails": true, "sortOrder": "Descending", "dedupStrategy": "none",
		},
	}
}

// toDashboard is a link that sets variables of one of our dashboards to a column
// of the row.
func toDashboard(title, uid, variable, column string) link {
	return link{Title: title, URL: fmt.Sprintf("/d/%s-%s?${__url_time_range}&var-%s=${__data.fields.%s}", tag, uid, variable, column)}
}
