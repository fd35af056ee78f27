// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// collector takes what the demo sends, and refuses the first request.
type collector struct {
	t       *testing.T
	refused bool
	logs    []plog.Logs
	metrics []pmetric.Metrics
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.refused {
		c.refused = true
		http.Error(w, "still starting", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	switch r.URL.Path {
	case "/v1/logs":
		ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(body)
		if err != nil {
			c.t.Error(err)
		}
		c.logs = append(c.logs, ld)
	case "/v1/metrics":
		md, err := (&pmetric.ProtoUnmarshaler{}).UnmarshalMetrics(body)
		if err != nil {
			c.t.Error(err)
		}
		c.metrics = append(c.metrics, md)
	default:
		c.t.Error("unexpected path", r.URL.Path)
	}
}

func TestHistoryArrivesWholeAndEnds(t *testing.T) {
	c := &collector{t: t}
	server := httptest.NewServer(c)
	defer server.Close()
	require.NoError(t, run(t.Context(), server.URL, time.Hour, false))
	require.InDelta(t, time.Hour/step, len(c.logs), 2)
	require.Len(t, c.metrics, len(c.logs))

	var last time.Time
	errors := 0
	for _, ld := range c.logs {
		for _, rl := range ld.ResourceLogs().All() {
			_, named := rl.Resource().Attributes().Get("service.name")
			require.True(t, named)
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					at := lr.Timestamp().AsTime()
					require.Less(t, last.Sub(at), 2*step, "in order")
					last = at
					if lr.SeverityNumber() >= plog.SeverityNumberError {
						errors++
					}
				}
			}
		}
	}
	require.Positive(t, errors, "an hour has an incident")
	require.WithinDuration(t, time.Now(), last, time.Minute)
}

func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	require.ErrorContains(t, postOnce(t.Context(), server.URL, nil), "connection refused")
}
