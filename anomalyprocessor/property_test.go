// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/behind"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// mixed has every kind of stream and some hundred verdicts.
var mixed = sync.OnceValue(func() []streamtest.Event { return streamtest.Traffic(1, 10, 600) })

func TestBatchesChangeNothing(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), streamtest.Always(len(mixed())))
	require.Contains(t, want, "anomaly.score of 0", "nothing was found: the test would show nothing")
	r := rand.New(rand.NewPCG(2, 1))
	for _, next := range []func() int{streamtest.Always(1), streamtest.Always(7), func() int { return 1 + r.IntN(500) }} {
		streamtest.RequireEqual(t, want, consume(t, startMetrics(t, defaults(everything)), mixed(), next))
	}
}

func TestInterleavingChangesNothing(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), streamtest.Always(1000))
	byStream := slices.Clone(mixed())
	slices.SortStableFunc(byStream, func(a, b streamtest.Event) int { return a.Stream - b.Stream })
	streamtest.RequireEqual(t, want, consume(t, startMetrics(t, defaults(everything)), byStream, streamtest.Always(1000)))
}

func TestRestartChangesNothing(t *testing.T) {
	lateness := func(c *Config) { c.Lateness = time.Minute }
	events := streamtest.Shuffled(mixed(), 20*time.Second)
	back := streamtest.ClockBack(events, time.Hour)
	for name, c := range map[string]struct {
		events []streamtest.Event
		change func(*Config)
	}{
		"in order":                         {events, func(*Config) {}},
		"with lateness":                    {events, lateness},
		"a clock goes back":                {back, func(*Config) {}},
		"a clock goes back, with lateness": {back, lateness},
	} {
		t.Run(name, func(t *testing.T) {
			events, change := c.events, c.change
			cfg := func() *Config {
				return defaults(everything, change, func(c *Config) { c.Storage = &streamtest.StorageID })
			}
			want := consume(t, startMetrics(t, defaults(everything, change)), events, streamtest.Always(100))
			got := map[string][]string{}
			r := rand.New(rand.NewPCG(3, 1))
			dir := t.TempDir()
			left := len(events)/2 - 50 // in the middle of what a clock that went back makes late
			for len(events) > 0 {
				n := min(1+r.IntN(1000), len(events))
				if len(events) > left {
					n = min(n, len(events)-left)
				}
				h, stop := streamtest.Storage(t, dir)
				p := newMetrics(t, nopSettings(), cfg())
				require.NoError(t, p.Start(t.Context(), h))
				streamtest.Join(got, consume(t, p, events[:n], streamtest.Always(100)))
				require.NoError(t, p.Shutdown(context.Background()))
				stop()
				events = events[n:]
			}
			streamtest.RequireEqual(t, want, got)
		})
	}
}

// When the clock goes back, streams of every kind are judged again after ten
// points of silence, and what they do then is found.
func TestClockGoesBack(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := func() *Config {
				return defaults(everything, change, func(c *Config) { c.Companions.Level = 0 })
			}
			events := streamtest.ClockBack(mixed(), time.Hour)
			half := len(events) / 2
			p := startMetrics(t, cfg())
			before := consume(t, p, events[:half], streamtest.Always(10))
			after := consume(t, p, events[half:], streamtest.Always(10))
			found := 0
			for stream := range 10 {
				of := fmt.Sprintf(" of %d", stream)
				if len(after[pointsName+of]) > 0 {
					found++
				}
				points := after["test."+streamtest.KindOf(stream)+of]
				first := slices.IndexFunc(points, func(line string) bool {
					at, _, _ := strings.Cut(line, " ")
					judged, _, _ := strings.Cut(after[scoreName+of][0], " ")
					return at == judged
				})
				require.GreaterOrEqual(t, first, behind.Limit-1, "stream %d", stream)
				require.LessOrEqual(t, first, behind.Limit, "stream %d, of which a counter needs one more", stream)
			}
			require.GreaterOrEqual(t, found, 8, "streams whose anomalies are found after it")
			streamtest.Join(before, after)
			streamtest.RequireEqual(t, before, consume(t, startMetrics(t, cfg()), events, streamtest.Always(977)))
		})
	}
}

// Points that come late, but within the lateness, leave the same verdicts on all
// that come after as if they had come in order.
func TestLatePointsArePutInOrder(t *testing.T) {
	cfg := func() *Config {
		return defaults(everything, func(c *Config) {
			c.Lateness = time.Minute
			c.Companions.Level = 0
		})
	}
	events := mixed()
	ordered, late := events[:5000], events[5000:]
	want := consume(t, startMetrics(t, cfg()), events, streamtest.Always(100))

	p := startMetrics(t, cfg())
	twice := append(streamtest.Shuffled(ordered, 55*time.Second), ordered[4900:]...) // and the last ones again
	consume(t, p, twice, streamtest.Always(100))
	got := consume(t, p, late, streamtest.Always(100))
	for key, lines := range got {
		all := want[key]
		if key[:len("anomaly.points")] == "anomaly.points" {
			continue // what was said of a point before its neighbours came stays counted
		}
		require.Equal(t, all[len(all)-len(lines):], lines, key)
	}
}

func TestConcurrentCallers(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), streamtest.Always(1000))
	p := startMetrics(t, defaults(everything))
	got := make([]map[string][]string, 10)
	var wg sync.WaitGroup
	for s := range got {
		wg.Go(func() {
			var own []streamtest.Event
			for _, e := range mixed() {
				if e.Stream == s {
					own = append(own, e)
				}
			}
			got[s] = consume(t, p, own, streamtest.Always(13))
		})
	}
	wg.Wait()
	all := map[string][]string{}
	for _, g := range got {
		streamtest.Join(all, g)
	}
	streamtest.RequireEqual(t, want, all)
}
