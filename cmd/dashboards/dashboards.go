// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

// of chooses the log lines of the services that a reader chose.
const of = `{service_name=~"$service"} | log_cluster_id!=""`

func logClusters() dashboard {
	knowledge := link{Title: "Knowledge base", URL: "${knowledge}/#/c/${__data.fields.log_cluster_id}", TargetBlank: true}
	drill := toDashboard("Lines of this cluster", "log-clusters", "cluster", "log_cluster_id")
	return marked(newDashboard(
		"log-clusters", "Log clusters", "What the logs say, by cluster: one meaning, whatever the wording.",
		[]variable{
			sourceVariable("loki", "Loki"), sourceVariable("prometheus", "Prometheus"),
			{
				Name: "service", Label: "Service", Type: "query", Datasource: &loki,
				Query:   map[string]any{"label": "service_name", "refId": "service", "stream": "", "type": 1},
				Refresh: 2, Sort: 1, IncludeAll: true, AllValue: ".+", Multi: true, Current: &choice{Text: "All", Value: "$__all"},
			},
			textbox("cluster", "Cluster", ".+"), textbox("search", "Keyword", ".*"),
			textbox("knowledge", "Knowledge base", "http://localhost:8890"),
		},
		[]panel{
			stat(loki, 6, "Records", "In the time shown.", "short", `sum(count_over_time(`+of+` [$__range]))`),
			stat(loki, 6, "Clusters", "That had a record in the time shown.", "short", `count(sum by (service_name, log_cluster_id) (count_over_time(`+of+` [$__range])))`),
			stat(loki, 6, "New templates", "Wordings never seen before.", "short", `sum(count_over_time({service_name=~"$service"} | log_cluster_new="true" [$__range]))`),
			stat(loki, 6, "Errors", "Records of severity error and above.", "short", `sum(count_over_time(`+of+` | severity_number>=17 [$__range]))`),
		},
		[]panel{
			table(loki, 24, "Top clusters", "Click on an ID for the lines, or for what the knowledge base says.",
				`topk(25, sum by (service_name, log_cluster_id, log_cluster_keywords) (count_over_time(`+of+` [$__range])))`,
				"log_cluster_id", drill, knowledge),
		},
		[]panel{
			lines(loki, 24, "Records a second, by cluster", "The ten that come most often.", "logs/s",
				`topk(10, sum by (service_name, log_cluster_id, log_cluster_keywords) (rate(`+of+` | log_cluster_id=~"$cluster" [$__auto])))`, "{{service_name}}: {{log_cluster_keywords}}"),
		},
		[]panel{
			table(loki, 12, "New error clusters", "Templates of severity error and above, seen for the first time.",
				`sum by (service_name, log_cluster_id, log_cluster_keywords, log_record_template) (count_over_time({service_name=~"$service"} | log_cluster_new="true" | severity_number>=17 [$__range]))`,
				"log_cluster_id", drill, knowledge),
			lines(prometheus, 12, "Errors out of the ordinary", "Score of each error cluster's rate: from 1 on, it comes at a rate that it never has. Needs config/gateway-log-rates.yaml.", "none",
				named(`max by (service_name, log_cluster_id) (anomaly_score_ratio{anomaly_metric_name="log.cluster.errors",service_name=~"$service"})`), "{{service_name}}: {{log_cluster_keywords}}"),
		},
		[]panel{
			lines(prometheus, 12, "Errors: how many times their usual rate", "Of the clusters whose rate is out of the ordinary. Needs config/gateway-log-rates.yaml.", "none",
				named(`sum by (service_name, log_cluster_id) (rate(log_cluster_errors_total{service_name=~"$service"}[$__rate_interval])) / max by (service_name, log_cluster_id) (anomaly_expected_per_second{anomaly_metric_name="log.cluster.errors",service_name=~"$service"})`), "{{service_name}}: {{log_cluster_keywords}}"),
			lines(prometheus, 12, "Errors a second, forecast for an hour ahead", "The upper bound, of the ten with most.", "logs/s",
				named(`topk(10, max by (service_name, log_cluster_id) (log_cluster_errors_forecast_per_second{forecast_horizon="1h",forecast_bound="upper",service_name=~"$service"}))`), "{{service_name}}: {{log_cluster_keywords}}"),
		},
		[]panel{
			logs(12, "New: the first line of each template", "", `{service_name=~"$service"} | log_cluster_new="true"`),
			logs(12, "Search by keyword", "A regular expression over the keywords of the cluster.", `{service_name=~"$service"} | log_cluster_keywords=~"(?i).*$search.*"`),
		},
		[]panel{
			logs(24, "Lines of the cluster", "All wordings of what the variable Cluster names.", `{service_name=~"$service"} | log_cluster_id=~"$cluster"`),
		},
	))
}

func anomalies() dashboard {
	series := toDashboard("This metric", "anomalies", "metric", "anomaly_metric_name")
	const of = `{anomaly_metric_name=~"$metric",service_name=~"$service"}`
	return marked(newDashboard(
		"anomalies", "Anomalies", "What is out of the ordinary, of which kind, and what was expected.",
		[]variable{
			sourceVariable("prometheus", "Prometheus"),
			choose("service", "Service", "label_values(anomaly_points_total, service_name)"),
			choose("metric", "Metric", "label_values(anomaly_points_total, anomaly_metric_name)"),
			textbox("series", "Series", `http_server_active_requests{service_name=~"$service"}`),
		},
		[]panel{
			stat(prometheus, 8, "Anomalous streams now", "In the last five minutes.", "short", `count(max_over_time(anomaly_score_ratio`+of+`[5m]) >= 1)`),
			stat(prometheus, 8, "Anomalous points", "In the time shown.", "short", `sum(increase(anomaly_points_total`+of+`[$__range]))`),
			stat(prometheus, 8, "Worst score", "In the time shown; 1 is the threshold.", "none", `max(max_over_time(anomaly_score_ratio`+of+`[$__range]))`),
		},
		[]panel{
			table(prometheus, 24, "Streams that were anomalous, worst first", "Click on a metric to see it alone below.",
				`sort_desc(max by (service_name, anomaly_metric_name, anomaly_aspect) (max_over_time(anomaly_score_ratio`+of+`[$__range])))`,
				"anomaly_metric_name", series),
		},
		[]panel{
			bars(prometheus, 24, "Timeline by kind", "Anomalous points.", "short",
				`sum by (anomaly_kind, anomaly_direction) (increase(anomaly_points_total`+of+`[$__rate_interval]))`, "{{anomaly_kind}} {{anomaly_direction}}"),
		},
		[]panel{
			lines(prometheus, 24, "Score", "From 1 on a point is anomalous; it means equally rare on every stream.", "none",
				`anomaly_score_ratio`+of, "{{service_name}} {{anomaly_metric_name}} {{anomaly_aspect}}"),
		},
		[]panel{
			lines(prometheus, 24, "A series with its bounds", "The variable Series is the source in PromQL; bounds are there while it was anomalous (companions::level: 0 has them always).", "none",
				`${series:raw}`, "{{service_name}}",
				`{__name__=~"anomaly_expected(_.*)?",anomaly_metric_name=~"$metric",service_name=~"$service"}`, "expected {{service_name}} {{anomaly_metric_name}}",
				`{__name__=~"anomaly_upper(_.*)?",anomaly_metric_name=~"$metric",service_name=~"$service"}`, "upper {{service_name}} {{anomaly_metric_name}}",
				`{__name__=~"anomaly_lower(_.*)?",anomaly_metric_name=~"$metric",service_name=~"$service"}`, "lower {{service_name}} {{anomaly_metric_name}}"),
		},
	))
}

func health() dashboard {
	const of = `{instance=~"$instance"}`
	rate := func(metric, by string) string {
		return `sum by (` + by + `) (rate(` + metric + of + `[$__rate_interval]))`
	}
	sum := func(metric string) string { return `sum by (instance) (` + metric + of + `)` }
	return newDashboard(
		"health", "otelcol-aiops: its own health", "Whether the collector keeps up, and whether a limit bites.",
		[]variable{
			sourceVariable("prometheus", "Prometheus"),
			choose("instance", "Collector", "label_values(otelcol_process_uptime_total, instance)"),
		},
		[]panel{
			stat(prometheus, 6, "Collectors", "", "short", `count(otelcol_process_uptime_total`+of+`)`),
			stat(prometheus, 6, "Records a second", "", "logs/s", `sum(rate(otelcol_processor_log_cluster_records_total`+of+`[$__rate_interval]))`),
			stat(prometheus, 6, "Points a second", "", "cps", `sum(rate(otelcol_processor_anomaly_points_total`+of+`[$__rate_interval]))`),
			stat(prometheus, 6, "Memory", "Resident, of all collectors.", "bytes", `sum(otelcol_process_memory_rss`+of+`)`),
		},
		[]panel{
			lines(prometheus, 12, "CPU", "Cores.", "none", rate("otelcol_process_cpu_seconds_total", "instance"), "{{instance}}"),
			lines(prometheus, 12, "Memory", "", "bytes", sum("otelcol_process_memory_rss"), "{{instance}} resident", sum("otelcol_processor_log_cluster_memory"), "{{instance}} learnt of logs"),
		},
		[]panel{
			lines(prometheus, 12, "Log records by outcome", "learned should be rare after the first hour.", "logs/s", rate("otelcol_processor_log_cluster_records_total", "outcome"), "{{outcome}}"),
			lines(prometheus, 12, "Templates and clusters", "limits: 20,000 and 10,000 a partition.", "short",
				sum("otelcol_processor_log_cluster_templates"), "{{instance}} templates", sum("otelcol_processor_log_cluster_clusters"), "{{instance}} clusters", sum("otelcol_processor_log_cluster_partitions"), "{{instance}} partitions"),
		},
		[]panel{
			lines(prometheus, 12, "Time that clustering a window takes", "Beside the flow; 99 of 100 take less.", "s",
				`histogram_quantile(0.99, sum by (instance, le) (rate(otelcol_processor_log_cluster_window_duration_bucket`+of+`[$__rate_interval])))`, "{{instance}}"),
			bars(prometheus, 12, "Forgotten to stay within a limit", "Log templates and words by kind, metric streams by reason.", "short",
				`sum by (kind, reason) (increase(otelcol_processor_log_cluster_evicted_total`+of+`[$__rate_interval]))`, "{{kind}} {{reason}}",
				`sum by (reason) (increase(otelcol_processor_anomaly_forgotten_total`+of+`[$__rate_interval]))`, "watched streams {{reason}}",
				`sum by (reason) (increase(otelcol_connector_forecast_forgotten_total`+of+`[$__rate_interval]))`, "forecast streams {{reason}}"),
		},
		[]panel{
			lines(prometheus, 12, "Metric points by outcome", "", "cps", rate("otelcol_processor_anomaly_points_total", "outcome"), "anomaly {{outcome}}", rate("otelcol_connector_forecast_points_total", "outcome"), "forecast {{outcome}}"),
			lines(prometheus, 12, "Streams", "limits: 100,000 watched, 10,000 forecast.", "short",
				sum("otelcol_processor_anomaly_streams"), "{{instance}} anomaly", sum("otelcol_connector_forecast_streams"), "{{instance}} forecast", sum("otelcol_deltatocumulative_streams_tracked"), "{{instance}} deltatocumulative"),
		},
		[]panel{
			lines(prometheus, 12, "Time that fitting a forecast takes", "In the flow; 99 of 100 take less.", "s",
				`histogram_quantile(0.99, sum by (instance, le) (rate(otelcol_connector_forecast_fit_duration_bucket`+of+`[$__rate_interval])))`, "{{instance}}"),
			lines(prometheus, 12, "Checkpoints", "Stored, and not.", "short",
				`sum by (result) (increase(otelcol_processor_anomaly_checkpoints_total`+of+`[$__rate_interval]))`, "anomaly {{result}}",
				`sum by (result) (increase(otelcol_connector_forecast_checkpoints_total`+of+`[$__rate_interval]))`, "forecast {{result}}"),
		},
		[]panel{
			lines(prometheus, 12, "Knowledge base", "1 while its database answers; logs flow either way.", "none", `min by (instance) (otelcol_extension_knowledge_base_up`+of+`)`, "{{instance}}"),
			lines(prometheus, 12, "Knowledge saved", "Rows a second.", "none", rate("otelcol_extension_knowledge_base_saved_rows_total", "instance"), "{{instance}}"),
		},
		[]panel{
			lines(prometheus, 12, "In", "Accepted, and refused by the memory limiter.", "cps",
				rate("otelcol_receiver_accepted_log_records_total", "receiver"), "logs {{receiver}}", rate("otelcol_receiver_accepted_metric_points_total", "receiver"), "points {{receiver}}",
				rate("otelcol_receiver_refused_log_records_total", "receiver"), "logs refused {{receiver}}"),
			lines(prometheus, 12, "Out", "Sent, and waiting.", "cps",
				rate("otelcol_exporter_sent_log_records_total", "exporter"), "logs {{exporter}}", rate("otelcol_exporter_sent_metric_points_total", "exporter"), "points {{exporter}}",
				`sum by (exporter) (otelcol_exporter_queue_size`+of+`)`, "queue {{exporter}}"),
		},
	)
}
