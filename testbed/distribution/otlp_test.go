// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/otlp"
)

// record is a log record as it left, with what its resource says.
type record struct {
	service    string
	body       string
	severity   string
	time       time.Time // zero when the record has none
	attributes map[string]any
}

var hexID = regexp.MustCompile(`^[0-9a-f]{16}$`)

// requireClustered checks that a record carries all that log_cluster promises.
func requireClustered(t *testing.T, r record) {
	t.Helper()
	require.NotEmpty(t, r.attributes["log.record.template"], "%+v", r)
	require.Regexp(t, hexID, r.attributes["log.template.id"], "%+v", r)
	require.Regexp(t, hexID, r.attributes["log.cluster.id"], "%+v", r)
	require.NotEmpty(t, r.attributes["log.cluster.keywords"], "%+v", r)
}

// sendLogs sends one record a body over OTLP/HTTP.
func sendLogs(t *testing.T, address, service string, bodies ...string) {
	t.Helper()
	otlp.SendLogs(t, address, otlp.Logs(service, time.Now(), 0, plog.SeverityNumberUnspecified, bodies...))
}

// waitForRecords returns the records in the file exporter's output once there
// are at least n, batch by batch in the order of writing.
func waitForRecords(t *testing.T, path string, n int) [][]record {
	t.Helper()
	var batches [][]record
	require.Eventually(t, func() bool {
		batches = readBatches(t, path)
		count := 0
		for _, batch := range batches {
			count += len(batch)
		}
		return count >= n
	}, 30*time.Second, 100*time.Millisecond, "fewer than %d records in %s", n, path)
	return batches
}

func readBatches(t *testing.T, path string) [][]record {
	t.Helper()
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	lines := bytes.Split(text, []byte("\n"))
	var batches [][]record
	for _, line := range lines[:len(lines)-1] { // the last one is not complete
		logs, err := (&plog.JSONUnmarshaler{}).UnmarshalLogs(line)
		require.NoError(t, err)
		batches = append(batches, records(logs))
	}
	return batches
}

func records(logs plog.Logs) []record {
	var all []record
	for _, resource := range logs.ResourceLogs().All() {
		service, _ := resource.Resource().Attributes().Get("service.name")
		for _, scope := range resource.ScopeLogs().All() {
			for _, r := range scope.LogRecords().All() {
				out := record{service: service.AsString(), body: r.Body().AsString(), severity: severityOf(r), attributes: r.Attributes().AsRaw()}
				if r.Timestamp() != 0 {
					out.time = r.Timestamp().AsTime()
				}
				all = append(all, out)
			}
		}
	}
	return all
}

// severityOf is the group of a record's severity, and empty when it has none.
func severityOf(r plog.LogRecord) string {
	if r.SeverityNumber() == plog.SeverityNumberUnspecified {
		return ""
	}
	return strings.TrimRight(r.SeverityNumber().String(), "1234")
}

// ofService returns the records of one service, in order.
func ofService(batches [][]record, service string) []record {
	return slices.DeleteFunc(slices.Concat(batches...), func(r record) bool { return r.service != service })
}
