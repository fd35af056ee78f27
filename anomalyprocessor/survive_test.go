// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// A batch that is sent again, at once or after others, gets the answer that it got,
// counts once, and changes no later answer.
func TestABatchSentAgainGetsItsAnswerAgain(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"in order":      func(*Config) {},
		"with lateness": func(c *Config) { c.Lateness = time.Minute },
		"all scores":    func(c *Config) { c.Companions.Level = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			const size, behind = 150, 3 // 15 points of each stream: late ones would take the clock for one that went back
			p, err := newProcessor(nopSettings(), defaults(everything, change))
			require.NoError(t, err)
			once := startMetrics(t, defaults(everything, change))
			var sent [][]streamtest.Event
			var answers []map[string][]string
			for events := mixed(); len(events) > 0; {
				n := min(size, len(events))
				sent = append(sent, events[:n])
				events = events[n:]
				ask := func(i int) map[string][]string {
					md, err := p.processMetrics(t.Context(), streamtest.MetricsOf(sent[i]))
					require.NoError(t, err)
					return streamtest.OutputOf(md)
				}
				last := len(sent) - 1
				answers = append(answers, consume(t, once, sent[last], streamtest.Always(size)))
				streamtest.RequireEqual(t, answers[last], ask(last))
				streamtest.RequireEqual(t, answers[last], ask(last))
				if last >= behind {
					streamtest.RequireEqual(t, answers[last-behind], ask(last-behind))
				}
			}
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
}

// The same numbers at the same time from another source are no repetition.
func TestTheSameNumbersOfOthersAreTheirOwn(t *testing.T) {
	p, err := newProcessor(nopSettings(), defaults())
	require.NoError(t, err)
	for stream := range 3 {
		_, err := p.processMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{{Stream: 15 * stream, Values: []float64{1}}}))
		require.NoError(t, err)
	}
	require.Equal(t, 3, p.streams.Len())
	require.NoError(t, p.Shutdown(t.Context()))
}

// One configuration is one instance: it starts once, with one state, in however many
// pipelines, and the same batch gets the same answer in each.
func TestTwoPipelinesShareOneState(t *testing.T) {
	cfg := defaults(func(c *Config) { c.Directory = t.TempDir() })
	f := NewFactory()
	alone := startMetrics(t, defaults())
	var pipelines []interface {
		ConsumeMetrics(context.Context, pmetric.Metrics) error
		Shutdown(context.Context) error
	}
	for range 2 {
		p, err := f.CreateMetrics(t.Context(), nopSettings(), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		pipelines = append(pipelines, p)
	}
	for _, e := range spiky() {
		want := consume(t, alone, []streamtest.Event{e}, streamtest.Always(1))
		for _, p := range pipelines {
			md := streamtest.MetricsOf([]streamtest.Event{e})
			require.NoError(t, p.ConsumeMetrics(t.Context(), md))
			streamtest.RequireEqual(t, want, streamtest.OutputOf(md))
		}
	}
	for _, p := range pipelines {
		require.NoError(t, p.Shutdown(t.Context()))
	}
}

// What comes before and during the start waits for its end: no stream begins anew
// whose state is being restored.
func TestPointsDuringTheStart(t *testing.T) {
	dir := t.TempDir()
	cfg := func() *Config { return defaults(everything, func(c *Config) { c.Directory = dir }) }
	first, second := mixed()[:3000], mixed()[3000:]
	want := consume(t, startMetrics(t, defaults(everything)), mixed(), streamtest.Always(100))
	p := newMetrics(t, nopSettings(), cfg())
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	got := consume(t, p, first, streamtest.Always(100))
	require.NoError(t, p.Shutdown(t.Context()))

	p = newMetrics(t, nopSettings(), cfg())
	var wg sync.WaitGroup
	for stream := range 10 {
		wg.Go(func() {
			for _, e := range second {
				if e.Stream == stream {
					md := streamtest.MetricsOf([]streamtest.Event{e})
					if err := p.ConsumeMetrics(context.Background(), md); err != nil {
						t.Error(err)
					}
					lock.Lock()
					streamtest.Join(got, streamtest.OutputOf(md))
					lock.Unlock()
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond) // some wait by now; none must have gone through
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	wg.Wait()
	streamtest.RequireEqual(t, want, got)
	require.NoError(t, p.Shutdown(t.Context()))
}

var lock sync.Mutex

// What a sender writes under the keys of the verdict does not pass as one.
func TestForeignVerdictsAreTakenOff(t *testing.T) {
	for inline, want := range map[bool]int{true: 1, false: 3} {
		p := startMetrics(t, defaults(func(c *Config) { c.Inline = inline }))
		md := streamtest.MetricsOf([]streamtest.Event{{Values: []float64{1}}})
		attributes := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes()
		attributes.PutBool(flagKey, true)
		attributes.PutStr(kindKey, "spike")
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		require.Equal(t, want, attributes.Len())
	}
}

// When the next component refuses, the sender sends again.
func TestARefusedBatchKeepsItsAnswer(t *testing.T) {
	full := errors.New("sending queue is full")
	refuse := false
	sink := &refusing{err: full, refuse: &refuse}
	p, err := NewFactory().CreateMetrics(t.Context(), nopSettings(), defaults(), sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	flagged := 0
	for _, e := range spiky() {
		refuse = true
		require.ErrorIs(t, p.ConsumeMetrics(t.Context(), streamtest.MetricsOf([]streamtest.Event{e})), full)
		refuse = false
		md := streamtest.MetricsOf([]streamtest.Event{e})
		require.NoError(t, p.ConsumeMetrics(t.Context(), md))
		attributes := md.ResourceMetrics().At(0).ScopeMetrics().At(0).Metrics().At(0).Gauge().DataPoints().At(0).Attributes()
		if _, ok := attributes.Get(flagKey); ok {
			flagged++
		}
	}
	require.Positive(t, flagged)
	require.NoError(t, p.Shutdown(t.Context()))
}

type refusing struct {
	consumertest.MetricsSink
	err    error
	refuse *bool
}

func (r *refusing) ConsumeMetrics(ctx context.Context, md pmetric.Metrics) error {
	if *r.refuse {
		return r.err
	}
	return r.MetricsSink.ConsumeMetrics(ctx, md)
}
