// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// A batch that is sent again makes the forecasts that it made, and changes no later
// ones.
func TestABatchSentAgainMakesItsForecastsAgain(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			const size = 150
			once, again := startMetrics(t, defaults(everything, change)), startMetrics(t, defaults(everything, change))
			forecasts := 0
			for events := mixed(); len(events) > 0; events = events[min(size, len(events)):] {
				batch := events[:min(size, len(events))]
				want := once.consume(t, batch, streamtest.Always(size))
				forecasts += len(want)
				for range 3 {
					streamtest.RequireEqual(t, want, again.consume(t, batch, streamtest.Always(size)))
				}
			}
			require.Positive(t, forecasts)
		})
	}
}

func TestTwoPipelinesShareOneState(t *testing.T) {
	cfg := defaults(everything, func(c *Config) { c.Directory = t.TempDir() })
	f := NewFactory()
	var pipelines []connector.Metrics
	sinks := []*consumertest.MetricsSink{{}, {}}
	for _, sink := range sinks {
		c, err := f.CreateMetricsToMetrics(t.Context(), connectortest.NewNopSettings(metadata.Type), cfg, sink)
		require.NoError(t, err)
		require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
		pipelines = append(pipelines, c)
	}
	for _, e := range mixed()[:500] {
		for _, c := range pipelines {
			require.NoError(t, c.ConsumeMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e})))
		}
	}
	require.Positive(t, sinks[0].DataPointCount())
	require.Equal(t, sinks[0].AllMetrics(), sinks[1].AllMetrics())
	for _, c := range pipelines {
		require.NoError(t, c.Shutdown(t.Context()))
	}
}

// What comes before and during the start waits for its end.
func TestPointsDuringTheStart(t *testing.T) {
	dir := t.TempDir()
	cfg := func() *Config { return defaults(everything, func(c *Config) { c.Directory = dir }) }
	first, second := mixed()[:300], mixed()[300:]
	want := startMetrics(t, defaults(everything)).consume(t, mixed(), streamtest.Always(100))
	sink := new(consumertest.MetricsSink)
	c := running{newMetrics(t, cfg(), sink), sink}
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	got := c.consume(t, first, streamtest.Always(100))
	require.NoError(t, c.Shutdown(t.Context()))

	c = running{newMetrics(t, cfg(), sink), sink}
	var wg sync.WaitGroup
	for stream := range 10 {
		wg.Go(func() {
			for _, e := range second {
				if e.Stream == stream {
					if err := c.ConsumeMetrics(context.Background(), streamtest.MetricsOf([]streamtest.Event{e})); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond) // some wait by now; none must have gone through
	require.NoError(t, c.Start(t.Context(), componenttest.NewNopHost()))
	wg.Wait()
	streamtest.Join(got, c.output())
	streamtest.RequireEqual(t, want, got)
	require.NoError(t, c.Shutdown(t.Context()))
}

// A page of another site that gives its own name to this machine reads nothing.
func TestDebugServerKnowsItsName(t *testing.T) {
	c := startMetrics(t, defaults(debugged))
	ask := func(host string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+c.Metrics.(instance).Component.debug.Address.String()+streamsPath, nil)
		require.NoError(t, err)
		request.Host = host
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		http.DefaultClient.CloseIdleConnections()
		return response.StatusCode
	}
	for _, name := range []string{"localhost:1", "127.0.0.1", "[::1]:7"} {
		require.Equal(t, http.StatusOK, ask(name), name)
	}
	require.Equal(t, http.StatusMisdirectedRequest, ask("evil.example"))
}
