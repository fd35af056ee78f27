// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBatch(t *testing.T) {
	ld := Batch([]Record{{"a", "1"}, {"a", "2"}, {"b", "3"}, {"a", "4"}}, Epoch, time.Second)
	require.Equal(t, 3, ld.ResourceLogs().Len(), "neighbours of one service share a resource")
	var bodies string
	var last time.Time
	for lr := range Records(ld) {
		bodies += lr.Body().Str()
		last = lr.Timestamp().AsTime()
	}
	require.Equal(t, "1234", bodies, "in order")
	require.Equal(t, Epoch.Add(3*time.Second), last)
}

func TestAnswers(t *testing.T) {
	ld := Batch([]Record{{"a", "1"}, {"a", "2"}}, Epoch, 0)
	attrs := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(1).Attributes()
	attrs.PutStr("log.record.template", "<num>")
	attrs.PutStr("log.template.id", "t")
	attrs.PutStr("log.cluster.id", "c")
	attrs.PutStr("log.cluster.category", "g")
	attrs.PutEmptySlice("log.cluster.keywords").AppendEmpty().SetStr("k")
	require.Equal(t, []Answer{{}, {"<num>", "t", "c", "g", []string{"k"}}}, Answers(ld))

	attrs.PutStr("log.cluster.keywords", "k, l")
	require.Equal(t, []string{"k", "l"}, Answers(ld)[1].Keywords, "a joined string as well as a list")
}

// TestStream drives the real processor: two services, each its own answers.
func TestStream(t *testing.T) {
	s, err := NewStream(t.Context())
	require.NoError(t, err)
	records := []Record{
		{"a", "connection to 10.0.0.1 refused"},
		{"b", "connection to 10.0.0.2 refused"},
		{"a", "connection to 10.0.0.3 refused"},
	}
	emitted, final, err := s.FeedTwice(t.Context(), records)
	require.NoError(t, err)
	require.Len(t, emitted, 3)
	require.NotEmpty(t, emitted[0].TemplateID)
	require.Equal(t, emitted, final, "nothing merged, so nothing changed")
	require.Equal(t, final[0], final[2])

	seen, err := s.Total(t.Context(), "records")
	require.NoError(t, err)
	require.Equal(t, int64(2*len(records)+4*2), seen, "fed twice, and four times one record a service between")
	require.NoError(t, s.Stop(t.Context()))
}

func TestTelemetryOfUnknownMetric(t *testing.T) {
	p, err := Start(t.Context(), consumertest.NewNop())
	require.NoError(t, err)
	points, err := p.Points(t.Context(), "no such metric")
	require.NoError(t, err)
	require.Empty(t, points)
	require.NoError(t, p.Stop(t.Context()))
}
