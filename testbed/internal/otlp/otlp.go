// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package otlp sends logs and metrics to a collector under test over OTLP/HTTP.
package otlp

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// Logs makes one record a body, the first at the given time and the others each
// gap later.
func Logs(service string, first time.Time, gap time.Duration, severity plog.SeverityNumber, bodies ...string) plog.Logs {
	logs := plog.NewLogs()
	resource := logs.ResourceLogs().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", service)
	records := resource.ScopeLogs().AppendEmpty().LogRecords()
	for i, body := range bodies {
		r := records.AppendEmpty()
		r.SetTimestamp(pcommon.NewTimestampFromTime(first.Add(time.Duration(i) * gap)))
		r.SetSeverityNumber(severity)
		r.SetSeverityText(severity.String())
		r.Body().SetStr(body)
	}
	return logs
}

// SendLogs sends logs to an address.
func SendLogs(t testing.TB, address string, logs plog.Logs) {
	t.Helper()
	payload, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	require.NoError(t, err)
	send(t, "http://"+address+"/v1/logs", payload)
}

// SendMetrics sends metrics to an address.
func SendMetrics(t testing.TB, address string, metrics pmetric.Metrics) {
	t.Helper()
	payload, err := pmetricotlp.NewExportRequestFromMetrics(metrics).MarshalProto()
	require.NoError(t, err)
	send(t, "http://"+address+"/v1/metrics", payload)
}

// Accepts sends logs and says whether the address took them; it may say that it is full.
func Accepts(t testing.TB, address string, logs plog.Logs) bool {
	t.Helper()
	payload, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	require.NoError(t, err)
	status, err := post("http://"+address+"/v1/logs", payload)
	require.NoError(t, err)
	if status != "200 OK" {
		require.Contains(t, status, "503")
	}
	return status == "200 OK"
}

// TrySendLogs sends logs that the address may refuse.
func TrySendLogs(t testing.TB, address string, logs plog.Logs) {
	t.Helper()
	payload, err := plogotlp.NewExportRequestFromLogs(logs).MarshalProto()
	require.NoError(t, err)
	_, err = post("http://"+address+"/v1/logs", payload)
	require.NoError(t, err)
}

func send(t testing.TB, url string, payload []byte) {
	t.Helper()
	status, err := post(url, payload)
	require.NoError(t, err)
	require.Equal(t, "200 OK", status)
}

// post returns the status and, when that is not 200, what the answer says.
func post(url string, payload []byte) (string, error) {
	response, err := http.Post(url, "application/x-protobuf", bytes.NewReader(payload)) //nolint:gosec,noctx // on this host
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode == http.StatusOK {
		return response.Status, err
	}
	return response.Status + ": " + string(answer), nil
}

// SendSpan sends one span, which has just ended, to an address.
func SendSpan(t testing.TB, address, service, name string, took time.Duration) {
	t.Helper()
	traces := ptrace.NewTraces()
	resource := traces.ResourceSpans().AppendEmpty()
	resource.Resource().Attributes().PutStr("service.name", service)
	span := resource.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	span.SetName(name)
	span.SetTraceID([16]byte{1})
	span.SetSpanID([8]byte{1})
	span.SetKind(ptrace.SpanKindServer)
	now := time.Now()
	span.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-took)))
	span.SetEndTimestamp(pcommon.NewTimestampFromTime(now))
	payload, err := ptraceotlp.NewExportRequestFromTraces(traces).MarshalProto()
	require.NoError(t, err)
	send(t, "http://"+address+"/v1/traces", payload)
}
