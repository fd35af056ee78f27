// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mixed has every kind of stream and some hundred verdicts.
var mixed = sync.OnceValue(func() []event { return traffic(1, 10, 600) })

func TestBatchesChangeNothing(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), always(len(mixed())))
	require.Contains(t, want, "anomaly.score of 0", "nothing was found: the test would show nothing")
	r := rand.New(rand.NewPCG(2, 1))
	for _, next := range []func() int{always(1), always(7), func() int { return 1 + r.IntN(500) }} {
		require.Equal(t, want, consume(t, startMetrics(t, defaults(everything)), mixed(), next))
	}
}

func TestInterleavingChangesNothing(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), always(1000))
	byStream := slices.Clone(mixed())
	slices.SortStableFunc(byStream, func(a, b event) int { return a.stream - b.stream })
	require.Equal(t, want, consume(t, startMetrics(t, defaults(everything)), byStream, always(1000)))
}

func TestRestartChangesNothing(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			events := shuffled(mixed(), 20*time.Second)
			cfg := func() *Config {
				return defaults(everything, change, func(c *Config) { c.Storage = &storageID })
			}
			want := consume(t, startMetrics(t, defaults(everything, change)), events, always(100))
			got := map[string][]string{}
			r := rand.New(rand.NewPCG(3, 1))
			dir := t.TempDir()
			for len(events) > 0 {
				n := min(1+r.IntN(1000), len(events))
				h, stop := storageHost(t, dir)
				p := newMetrics(t, nopSettings(), cfg())
				require.NoError(t, p.Start(t.Context(), h))
				join(got, consume(t, p, events[:n], always(100)))
				require.NoError(t, p.Shutdown(context.Background()))
				stop()
				events = events[n:]
			}
			require.Equal(t, want, got)
		})
	}
}

// shuffled delays points at random by up to a time.
func shuffled(events []event, by time.Duration) []event {
	r := rand.New(rand.NewPCG(4, 1))
	type arrival struct {
		event
		at time.Duration
	}
	var all []arrival
	for _, e := range events {
		all = append(all, arrival{e, e.at + time.Duration(r.Int64N(int64(by)))})
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	late := make([]event, len(all))
	for i, a := range all {
		late[i] = a.event
	}
	return late
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
	want := consume(t, startMetrics(t, cfg()), events, always(100))

	p := startMetrics(t, cfg())
	twice := append(shuffled(ordered, 55*time.Second), ordered[4900:]...) // and the last ones again
	consume(t, p, twice, always(100))
	got := consume(t, p, late, always(100))
	for key, lines := range got {
		all := want[key]
		if key[:len("anomaly.points")] == "anomaly.points" {
			continue // what was said of a point before its neighbours came stays counted
		}
		require.Equal(t, all[len(all)-len(lines):], lines, key)
	}
}

func TestConcurrentCallers(t *testing.T) {
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), always(1000))
	p := startMetrics(t, defaults(everything))
	got := make([]map[string][]string, 10)
	var wg sync.WaitGroup
	for s := range got {
		wg.Go(func() {
			var own []event
			for _, e := range mixed() {
				if e.stream == s {
					own = append(own, e)
				}
			}
			got[s] = consume(t, p, own, always(13))
		})
	}
	wg.Wait()
	all := map[string][]string{}
	for _, g := range got {
		join(all, g)
	}
	require.Equal(t, want, all)
}
