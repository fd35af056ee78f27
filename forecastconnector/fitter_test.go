// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// What a batch has no time for is fitted beside the flow, and all streams get models.
func TestFitsBesideTheFlow(t *testing.T) {
	const streams = 500
	metrics := startMetrics(t, defaults(func(c *Config) { c.Limits.FitTime = time.Millisecond }))
	c := metrics.Metrics.(instance).Component
	for minute := range 30 {
		var events []streamtest.Event
		for s := range streams {
			events = append(events, streamtest.Event{At: time.Duration(minute) * time.Minute, Stream: 5 * s, Values: []float64{float64(minute % 7)}})
		}
		require.NoError(t, metrics.ConsumeMetrics(t.Context(), streamtest.MetricsOf(events)))
	}
	require.Eventually(t, func() bool { return c.fitter.waiting() == 0 }, time.Minute, time.Millisecond)
	fitted := 0
	for shard := range c.streams.Shards() {
		c.streams.Each(shard, func(_ series.ID, _ series.Seen, s *stream) {
			if s.model.Describe().Fitted > 0 {
				fitted++
			}
		})
	}
	require.Equal(t, streams, fitted)
	c.fitter.Shutdown()
	c.fitter.add([]series.ID{1}) // after the end nothing begins
	require.Zero(t, c.fitter.waiting())
}

func TestAllowance(t *testing.T) {
	var a allowance
	limits := LimitsConfig{Fits: 100, FitTime: 20 * time.Millisecond}
	a.begin(&limits)
	n := 0
	for a.take() {
		a.took(3 * time.Millisecond)
		n++
	}
	require.Equal(t, 6, n, "the seventh would take it over 20 ms")
	a.see(int64(time.Hour))
	a.see(int64(2 * time.Hour))
	require.True(t, a.take(), "an hour at once is a replay")
	a.took(time.Second)
	a.begin(&limits)
	require.True(t, a.take(), "one that took long is tried again")
}

// The worker takes its share of a core and waits for the rest.
func TestTheWorkerPays(t *testing.T) {
	f := newFitter(streams{series.NewMap[stream](10, 0)}, nil)
	require.True(t, f.pay(fitBurst), "what was saved is spent")
	close(f.stop)
	require.False(t, f.pay(time.Second), "then it waits, or ends")
}
