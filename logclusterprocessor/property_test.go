// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/processor"
)

// A stream of two minutes in windows of 10 s: new templates, generalisations and
// merges all through it.
var services = []string{"checkout", "login", "search"}

func testStream(seed uint64) []line { return stream(seed, 6000, services, 2*time.Minute) }

// patient waits for every clustering, however slow the machine.
func patient(c *Config) { c.Window.MaxWait = time.Minute }

func byCount(c *Config) {
	c.Window.By = ByCount
	c.Window.Count = 700
}

func TestAnySplitIntoBatchesGivesTheSameAttributes(t *testing.T) {
	for name, window := range map[string]func(*Config){"event_time": func(*Config) {}, "count": byCount} {
		t.Run(name, func(t *testing.T) {
			lines := testStream(1)
			want := consume(t, startLogs(t, defaults(patient, window)), lines, always(len(lines)))
			r := rand.New(rand.NewPCG(2, 2))
			for _, next := range []func() int{always(1), always(997), func() int { return 1 + r.IntN(300) }} {
				got := consume(t, startLogs(t, defaults(patient, window)), lines, next)
				require.Equal(t, want, got)
			}
		})
	}
}

func TestOrderOfIndependentPartitionsDoesNotMatter(t *testing.T) {
	lines := testStream(3)
	of := func(all []map[string]any, lines []line, service string) (found []map[string]any) {
		for i, l := range lines {
			if l.service == service {
				found = append(found, all[i])
			}
		}
		return found
	}
	var byService []line
	for _, s := range services {
		for _, l := range lines {
			if l.service == s {
				byService = append(byService, l)
			}
		}
	}
	mixed := consume(t, startLogs(t, defaults(patient)), lines, always(100))
	apart := consume(t, startLogs(t, defaults(patient)), byService, always(100))
	for _, s := range services {
		require.Equal(t, of(mixed, lines, s), of(apart, byService, s), s)
	}
}

func TestRestartInTheMiddleGivesTheSameAttributes(t *testing.T) {
	id := component.MustNewID("test_base")
	for seed := range uint64(3) {
		lines := testStream(seed)
		want := consume(t, startLogs(t, defaults(patient)), lines, always(100))
		r := rand.New(rand.NewPCG(seed, 9))
		for range 4 {
			stop := r.IntN(len(lines))
			base := newTestBase()
			cfg := defaults(patient)
			cfg.KnowledgeBase = &id
			var got []map[string]any
			for _, part := range [][]line{lines[:stop], lines[stop:]} {
				p := newLogs(t, nopSettings(), cfg)
				require.NoError(t, p.Start(t.Context(), host{id: base}))
				got = append(got, consume(t, p, part, always(100))...)
				require.NoError(t, p.Shutdown(context.Background()))
			}
			for i := range want {
				require.Equal(t, want[i], got[i], "seed %d, stopped after %d lines; line %d: %s", seed, stop, i, lines[i].body)
			}
		}
	}
}

// However busy the machine, lines get the same IDs: only categories and keywords wait for
// clusterings.
func TestClusteringsThatComeLateChangeNoID(t *testing.T) {
	lines := testStream(4)
	want := consume(t, startLogs(t, defaults(patient)), lines, always(100))
	got := consume(t, startLogs(t, defaults(func(c *Config) { c.Window.MaxWait = 0 })), lines, always(100))
	for i := range want {
		for _, key := range []string{"log.record.template", "log.template.id", "log.cluster.id", "log.cluster.new"} {
			require.Equal(t, want[i][key], got[i][key], "line %d: %s", i, lines[i].body)
		}
	}
}

func TestConcurrentCallers(t *testing.T) {
	p := startLogs(t, defaults(patient))
	lines := testStream(5)
	var wg sync.WaitGroup
	for caller := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := caller * 50; i < len(lines); i += 8 * 50 {
				ld := batchOf(lines[i:min(i+50, len(lines))])
				if err := p.ConsumeLogs(context.Background(), ld); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
	for i, attrs := range consume(t, p, lines, always(100)) {
		for _, key := range []string{"log.record.template", "log.template.id", "log.cluster.id"} {
			require.NotEmpty(t, attrs[key], "line %d: %s", i, lines[i].body)
		}
	}
}

// A processor that does not lead gives the IDs of the one that does, once it has
// been told what that one found.
func TestWhoDoesNotLeadFollows(t *testing.T) {
	lines := testStream(9)
	told, early := 5000, 500
	leads, follows := newTestBase(), newTestBase()
	run := func(base *testBase) processor.Logs {
		p := newLogs(t, nopSettings(), defaults(patient, func(c *Config) { c.KnowledgeBase = &notes }))
		require.NoError(t, p.Start(t.Context(), host{notes: base}))
		return p
	}
	leader := run(leads)
	consume(t, leader, lines[:told], always(100))
	require.NoError(t, leader.Shutdown(t.Context()))

	follower := run(follows)
	defer func() { require.NoError(t, follower.Shutdown(context.Background())) }()
	consume(t, follower, lines[:early], always(50))
	for key, rows := range leads.partitions {
		follows.processor.Lead(key, false)
		require.True(t, follows.processor.Apply(key, rows.All(), false), key)
	}
	leader = run(leads)
	defer func() { require.NoError(t, leader.Shutdown(context.Background())) }()
	want, got := consume(t, leader, lines[:told], always(100)), consume(t, follower, lines[:told], always(100))
	for i := range want {
		require.Equal(t, want[i]["log.template.id"], got[i]["log.template.id"], lines[i].body)
		require.Equal(t, want[i]["log.cluster.id"], got[i]["log.cluster.id"], lines[i].body)
		require.NotContains(t, got[i], "log.cluster.new", lines[i].body)
	}
}

// A store that lost rows, or gives back nonsense, costs knowledge but no record.
func TestRestoreFromWhatIsLeft(t *testing.T) {
	id := component.MustNewID("test_base")
	lines := testStream(8)
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		base := newTestBase()
		cfg := defaults(patient)
		cfg.KnowledgeBase = &id
		for range 3 {
			p := newLogs(t, nopSettings(), cfg)
			require.NoError(t, p.Start(t.Context(), host{id: base}))
			from := r.IntN(len(lines) - 1000)
			for i, attrs := range consume(t, p, lines[from:from+1000], always(100)) {
				require.Contains(t, attrs, "log.cluster.id", lines[from+i].body)
			}
			require.NoError(t, p.Shutdown(context.Background()))
			base.damage(r)
		}
	}
}

// Records whose parameters are asked for are masked in full, the others only when
// no line like them, but for its digits, came before.
func TestTheMemoChangesNoAnswer(t *testing.T) {
	var lines []line
	for i, l := range stream(11, 8000, services, 2*time.Minute) {
		lines = append(lines, l)
		if i%4 == 0 { // the same line again, also for another partition
			lines = append(lines, l, line{l.at, services[i%len(services)], l.body})
		}
	}
	// So few templates that some are evicted, and learnt once more.
	few := func(c *Config) { c.Limits.Templates = 100 }
	full := func(c *Config) { c.Attributes.Parameters.Enabled = true }
	for name, window := range map[string]func(*Config){"event_time": func(*Config) {}, "count": byCount} {
		t.Run(name, func(t *testing.T) {
			want := consume(t, startLogs(t, defaults(patient, few, window, full)), lines, always(100))
			for _, attrs := range want {
				delete(attrs, "log.record.parameters")
			}
			got := consume(t, startLogs(t, defaults(patient, few, window)), lines, always(100))
			for i := range want {
				require.Equal(t, want[i], got[i], "line %d: %s", i, lines[i].body)
			}
		})
	}
}
