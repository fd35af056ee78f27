// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// mixed has every kind of stream and enough time for some fits of each.
var mixed = sync.OnceValue(func() []streamtest.Event { return streamtest.Traffic(1, 5, 100) })

func TestBatchesChangeNothing(t *testing.T) {
	want := startMetrics(t, defaults(everything)).consume(t, mixed(), streamtest.Always(len(mixed())))
	require.Contains(t, want, "test.gauge.forecast of 0")
	r := rand.New(rand.NewPCG(2, 1))
	for _, next := range []func() int{streamtest.Always(1), streamtest.Always(7), func() int { return 1 + r.IntN(500) }} {
		streamtest.RequireEqual(t, want, startMetrics(t, defaults(everything)).consume(t, mixed(), next))
	}
}

func TestInterleavingChangesNothing(t *testing.T) {
	want := startMetrics(t, defaults(everything)).consume(t, mixed(), streamtest.Always(1000))
	byStream := slices.Clone(mixed())
	slices.SortStableFunc(byStream, func(a, b streamtest.Event) int { return a.Stream - b.Stream })
	streamtest.RequireEqual(t, want, startMetrics(t, defaults(everything)).consume(t, byStream, streamtest.Always(1000)))
}

func TestRestartChangesNothing(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			events := streamtest.Shuffled(mixed(), 20*time.Second)
			want := startMetrics(t, defaults(everything, change)).consume(t, events, streamtest.Always(100))
			got := map[string][]string{}
			r := rand.New(rand.NewPCG(3, 1))
			dir := t.TempDir()
			for len(events) > 0 {
				n := min(1+r.IntN(250), len(events))
				h, stop := streamtest.Storage(t, dir)
				sink := new(consumertest.MetricsSink)
				c := running{newMetrics(t, defaults(everything, change, func(c *Config) { c.Storage = &streamtest.StorageID }), sink), sink}
				require.NoError(t, c.Start(t.Context(), h))
				streamtest.Join(got, c.consume(t, events[:n], streamtest.Always(100)))
				require.NoError(t, c.Shutdown(context.Background()))
				stop()
				events = events[n:]
			}
			streamtest.RequireEqual(t, want, got)
		})
	}
}

// Points that come late, but within the lateness, leave the same forecasts after
// them as if they had come in order.
func TestLatePointsArePutInOrder(t *testing.T) {
	cfg := func() *Config { return defaults(everything, func(c *Config) { c.Lateness = time.Minute }) }
	events := mixed()
	ordered, rest := events[:400], events[400:]
	want := startMetrics(t, cfg()).consume(t, events, streamtest.Always(100))

	c := startMetrics(t, cfg())
	c.consume(t, append(streamtest.Shuffled(ordered, 55*time.Second), ordered[380:]...), streamtest.Always(100))
	for key, lines := range c.consume(t, rest, streamtest.Always(100)) {
		all := want[key]
		require.Equal(t, all[len(all)-len(lines):], lines, key)
	}
}

// When the clock goes back, streams of every kind are forecast again after some
// points, and a restart in between changes nothing.
func TestClockGoesBack(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":         func(*Config) {},
		"with lateness":    func(c *Config) { c.Lateness = time.Minute },
		"with an interval": func(c *Config) { c.EmitInterval = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := func() *Config { return defaults(everything, change) }
			events := streamtest.ClockBack(mixed(), time.Hour)
			half := len(events) / 2
			c := startMetrics(t, cfg())
			before := c.consume(t, events[:half], streamtest.Always(10))
			after := c.consume(t, events[half:], streamtest.Always(10))
			for key := range before {
				if strings.Contains(key, ".forecast of ") {
					require.NotEmpty(t, after[key], key)
				}
			}
			everyCut(t, cfg, events, []int{half - 1, half + 20, half + 46, half + 60}, 60)
		})
	}
}

// Stopped after any point and started again, a run says of the next points what
// the run that never stopped says.
func TestRestartAfterAnyPointChangesNothing(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			events := streamtest.Shuffled(mixed(), 20*time.Second)
			cuts := make([]int, len(events)-5)
			for i := range cuts {
				cuts[i] = i + 1
			}
			everyCut(t, func() *Config { return defaults(everything, change) }, events, cuts, 3)
		})
	}
}

// everyCut compares, after each cut, the output for the next events of a run that
// was restored from a snapshot with that of the run that went on.
func everyCut(t *testing.T, cfg func() *Config, events []streamtest.Event, cuts []int, next int) {
	t.Helper()
	kept := newMetrics(t, cfg(), consumertest.NewNop()).(instance).Component
	outputs := make([]map[string][]string, len(events))
	snapshots := map[int][][]byte{}
	for i := range events {
		if slices.Contains(cuts, i) {
			for chunk := range kept.streams.Snapshot() {
				snapshots[i] = append(snapshots[i], slices.Clone(chunk))
			}
		}
		outputs[i] = streamtest.OutputOf(newPass(kept).forecast(streamtest.MetricsOf(events[i : i+1])))
	}
	require.NoError(t, kept.Shutdown(t.Context()))
	for cut, snapshot := range snapshots {
		again := newMetrics(t, cfg(), consumertest.NewNop()).(instance).Component
		require.NoError(t, again.streams.Restore(stateVersion, func(yield func([]byte, error) bool) {
			for _, chunk := range snapshot {
				if !yield(chunk, nil) {
					return
				}
			}
		}))
		for i := cut; i < min(cut+next, len(events)); i++ {
			got := streamtest.OutputOf(newPass(again).forecast(streamtest.MetricsOf(events[i : i+1])))
			require.Equal(t, outputs[i], got, "cut before %d, event %d", cut, i)
		}
		require.NoError(t, again.Shutdown(t.Context()))
	}
}

func TestConcurrentCallers(t *testing.T) {
	want := startMetrics(t, defaults(everything)).consume(t, mixed(), streamtest.Always(1000))
	c := startMetrics(t, defaults(everything))
	var wg sync.WaitGroup
	for s := range 5 {
		wg.Go(func() {
			for _, e := range mixed() {
				if e.Stream == s {
					if err := c.ConsumeMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e})); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	got := c.output()
	streamtest.RequireEqual(t, want, got)
}

// What it made, and what the anomaly processor made, is not forecast in turn.
func TestOwnMetricsAreNotForecast(t *testing.T) {
	c := startMetrics(t, defaults(everything))
	c.consume(t, mixed(), streamtest.Always(1000))
	sink := new(consumertest.MetricsSink)
	again := running{newMetrics(t, defaults(everything), sink), sink}
	require.NoError(t, again.Start(t.Context(), componenttest.NewNopHost()))
	source := startMetrics(t, defaults(everything))
	source.consume(t, nil, streamtest.Always(1))
	for _, e := range mixed() {
		require.NoError(t, source.ConsumeMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e})))
	}
	for _, md := range source.sink.AllMetrics() {
		require.NoError(t, again.ConsumeMetrics(t.Context(), md))
	}
	for key := range again.output() {
		require.Fail(t, "forecast of "+strings.TrimSuffix(key, kindOf[kindForecast].suffix))
	}
	require.NoError(t, again.Shutdown(t.Context()))
}
