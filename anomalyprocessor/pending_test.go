// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

func gauge(name string, begin time.Time, seconds ...int) pmetric.Metrics {
	md := pmetric.NewMetrics()
	m := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(name)
	points := m.SetEmptyGauge().DataPoints()
	for _, s := range seconds {
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.NewTimestampFromTime(begin.Add(time.Duration(s) * time.Second)))
		dp.SetDoubleValue(float64(s % 7))
	}
	return md
}

// What waits is bounded, however many points of a stream come late, and so is the
// time: each is judged once and learnt once.
func TestLatePointsOfOneStreamAreBounded(t *testing.T) {
	p, err := newProcessor(nopSettings(), defaults(func(c *Config) { c.Lateness = time.Hour }))
	require.NoError(t, err)
	begin := time.Now().Add(-24 * time.Hour)
	const late = 8000
	order := []int{late}
	for s := range late {
		order = append(order, late-1-s) // each is older than all before it
	}
	_, err = p.processMetrics(t.Context(), gauge("one", begin, order...))
	require.NoError(t, err)
	p.streams.Each(0, func(_ series.ID, _ series.Seen, s *stream) {
		require.LessOrEqual(t, len(s.rare.pending.waiting()), maxPending)
		require.LessOrEqual(t, cap(s.rare.pending.samples), 4*maxPending)
	})
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestPendingKeepsTheOrder(t *testing.T) {
	var w pending
	for _, at := range []int64{5, 3, 9, 7, 1} {
		i, known := w.place(at)
		require.False(t, known)
		w.insert(i, &measure.Sample{At: at})
	}
	_, known := w.place(7)
	require.True(t, known)
	var got []int64
	for next := w.due(7); next != nil; next = w.due(7) {
		got = append(got, next.At)
		w.drop()
	}
	require.Equal(t, []int64{1, 3, 5, 7}, got)
	require.EqualValues(t, 9, w.newest())
}

// At the cap who came first is watched, and the points of the others are counted.
func TestWhoComesFirstIsWatched(t *testing.T) {
	p, err := newProcessor(nopSettings(), defaults(func(c *Config) { c.Limits.Streams = 2 }))
	require.NoError(t, err)
	begin := time.Now().Add(-24 * time.Hour)
	for minute := range 60 {
		for _, name := range []string{"first", "second", "third"} {
			_, err := p.processMetrics(t.Context(), gauge(name, begin, minute*60))
			require.NoError(t, err)
		}
	}
	require.Equal(t, 2, p.streams.Len())
	require.EqualValues(t, 60, p.streams.Refused())
	p.streams.Each(0, func(_ series.ID, _ series.Seen, s *stream) {
		require.False(t, s.first.detector.Warming())
	})
	require.NoError(t, p.Shutdown(t.Context()))
}
