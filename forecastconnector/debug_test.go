// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func debugged(c *Config) {
	server := newDebugConfig()
	server.NetAddr.Endpoint = "localhost:0"
	c.Debug = configoptional.Some(server)
}

func ask(t *testing.T, r running, query string) (int, string) {
	t.Helper()
	url := "http://" + r.Metrics.(instance).Component.debug.Address.String() + query
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // none is left for goleak to find
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

func inspect(t *testing.T, r running, query string) inspection {
	t.Helper()
	status, body := ask(t, r, streamsPath+query)
	require.Equal(t, http.StatusOK, status, body)
	var in inspection
	require.NoError(t, json.Unmarshal([]byte(body), &in))
	return in
}

func TestAForecastIsExplained(t *testing.T) {
	c := startMetrics(t, defaults(debugged))
	require.Equal(t, inspection{Streams: []*subject{}}, inspect(t, c, ""), "nothing came yet")
	c.consume(t, ramp(300), streamtest.Always(7))
	in := inspect(t, c, "")
	require.Equal(t, 1, in.Matching)
	require.Len(t, in.Streams, 1)
	s := in.Streams[0]
	require.Equal(t, "test.gauge", s.Metric)
	require.InDelta(t, 0, s.Attributes["stream"], 0)
	require.NotEmpty(t, s.Resource)
	require.Equal(t, "1m", s.Interval)
	require.Equal(t, streamtest.Start.Add(299*time.Minute).UTC().Format(time.RFC3339), s.LastPoint)
	require.Equal(t, "1m", s.History.Step)
	require.Equal(t, 299, s.History.Buckets)
	require.Positive(t, s.History.Bytes)
	require.InDelta(t, 1440, float64(s.Trend), 10, "one a minute")
	require.NotEmpty(t, s.Models)
	sum := 0.0
	for i, m := range s.Models {
		sum += float64(m.Weight)
		require.True(t, i == 0 || m.Weight <= s.Models[i-1].Weight, "heaviest first")
	}
	require.InDelta(t, 1, sum, 1e-4)
	require.Len(t, s.Horizons, 3)
	require.Equal(t, "15m", s.Horizons[0].Horizon)
	require.Positive(t, s.Horizons[0].Points)
	require.LessOrEqual(t, s.Horizons[0].Lower, s.Horizons[0].Upper)
	last, err := time.Parse(time.RFC3339, s.Fit.Last)
	require.NoError(t, err)
	next, err := time.Parse(time.RFC3339, s.Fit.Next)
	require.NoError(t, err)
	require.True(t, next.After(last))
	_, body := ask(t, c, streamsPath)
	require.Contains(t, body, `"horizon": "24h"`)
	require.Contains(t, body, `"coverage": null`, "no forecast of a day came due")
	why := strings.Join(s.Why, " ")
	require.Contains(t, why, "It knows 4h59m, as means of 1m each.")
	require.Contains(t, why, "No period is found yet")
	require.Contains(t, why, s.Models[0].Name+" weighs most")
	require.Contains(t, why, "they held")
}

func TestChoosingStreams(t *testing.T) {
	c := startMetrics(t, defaults(debugged))
	c.consume(t, mixed(), streamtest.Always(100))
	all := inspect(t, c, "?limit=1000")
	require.Equal(t, 5, all.Matching)
	require.Len(t, all.Streams, 5)

	few := inspect(t, c, "?limit=2")
	require.Equal(t, 5, few.Matching, "all are counted")
	require.Equal(t, 2, few.Shown)
	require.Len(t, few.Streams, 2)

	require.Len(t, inspect(t, c, "?metric=test.gauge").Streams, 1)
	require.Len(t, inspect(t, c, "?metric=test.*").Streams, 5)
	require.Len(t, inspect(t, c, "?metric=test.gauge&metric=test.counter").Streams, 2)
	require.Empty(t, inspect(t, c, "?metric=other").Streams)
	require.Len(t, inspect(t, c, "?attribute=stream=1").Streams, 1)
	require.Empty(t, inspect(t, c, "?attribute=stream=x*").Streams)
	one := inspect(t, c, "?id="+all.Streams[3].ID)
	require.Equal(t, all.Streams[3:4], one.Streams)

	for query, want := range map[string]string{
		"?limit=0":        `limit must be between 1 and 1000, got "0"`,
		"?limit=1001":     `limit must be between 1 and 1000, got "1001"`,
		"?id=xyz":         `id must be 16 hex digits, got "xyz"`,
		"?attribute=host": `attribute must be key=pattern, got "host"`,
		"?name=a":         `there is no "name"; metric, attribute, id and limit are`,
		"?metric=a[":      "must be a glob pattern",
	} {
		status, body := ask(t, c, streamsPath+query)
		require.Equal(t, http.StatusBadRequest, status, query)
		require.Contains(t, body, want)
	}
	status, _ := ask(t, c, "/")
	require.Equal(t, http.StatusNotFound, status)
}

// Nobody waits for who asks, and asking changes nothing.
func TestAskingChangesNothing(t *testing.T) {
	want := startMetrics(t, defaults(everything)).consume(t, mixed(), streamtest.Always(10))
	c := startMetrics(t, defaults(everything, debugged))
	done := make(chan struct{})
	go func() {
		defer close(done)
		i := inspector{c.Metrics.(instance).Component.streams}
		for range 50 {
			i.answer(question{limit: 3})
		}
	}()
	got := c.consume(t, mixed(), streamtest.Always(10))
	<-done
	streamtest.RequireEqual(t, want, got)
}

// After a restart a stream has its name again with its first point.
func TestUnseenStreamsAreCounted(t *testing.T) {
	dir := t.TempDir()
	for restart, events := range [][]streamtest.Event{mixed()[:400], mixed()[400:401]} {
		h, stop := streamtest.Storage(t, dir)
		c := running{newMetrics(t, defaults(debugged, func(c *Config) { c.Storage = &streamtest.StorageID }), consumertest.NewNop()), new(consumertest.MetricsSink)}
		require.NoError(t, c.Start(t.Context(), h))
		if restart == 1 {
			require.Equal(t, 5, inspect(t, c, "").Unseen)
		}
		c.consume(t, events, streamtest.Always(100))
		in := inspect(t, c, "")
		require.Equal(t, 4*restart, in.Unseen)
		require.Equal(t, 5-4*restart, in.Matching)
		require.NoError(t, c.Shutdown(context.Background()))
		stop()
	}
}

func TestNothingIsServedByDefault(t *testing.T) {
	c := startMetrics(t, defaults()).Metrics.(instance).Component
	require.Nil(t, c.debug.Address)
	require.False(t, c.cfg.Debug.HasValue())
}

func TestAnAddressInUseIsRefused(t *testing.T) {
	first := startMetrics(t, defaults(debugged))
	second := newMetrics(t, defaults(func(c *Config) {
		server := newDebugConfig()
		server.NetAddr.Endpoint = first.Metrics.(instance).Component.debug.Address.String()
		c.Debug = configoptional.Some(server)
	}), consumertest.NewNop())
	require.ErrorContains(t, second.Start(t.Context(), componenttest.NewNopHost()), "debug: ")
	require.NoError(t, second.Shutdown(t.Context()))
}

// At debug level each fit says what it led to; above, nothing is put together.
func TestFitsAreLogged(t *testing.T) {
	for level, want := range map[zapcore.Level]bool{zap.DebugLevel: true, zap.InfoLevel: false} {
		core, logs := observer.New(level)
		c := startMetrics(t, defaults())
		c.Metrics.(instance).Component.logger = zap.New(core)
		c.consume(t, ramp(100), streamtest.Always(10))
		fitted := logs.FilterMessage("models fitted").All()
		require.Equal(t, want, len(fitted) > 0, level)
		if want {
			fields := fitted[len(fitted)-1].ContextMap()
			require.Equal(t, "test.gauge", fields["metric"])
			require.Contains(t, fmt.Sprint(fields["why"]), "weighs most")
			require.Contains(t, fmt.Sprint(fields["models"]), "weight")
			require.Contains(t, fmt.Sprint(fields["measured"]), "coverage")
		}
	}
}
