// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"

	"github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// A batch that is sent again, at once or after others, gets the answer that it got,
// whatever was clustered meanwhile.
func TestABatchSentAgainGetsItsAnswerAgain(t *testing.T) {
	once, again := startLogs(t, defaults(patient)), startLogs(t, defaults(patient))
	var sent [][]line
	var answers [][]map[string]any
	for lines := testStream(21); len(lines) > 0; lines = lines[min(100, len(lines)):] {
		batch := lines[:min(100, len(lines))]
		sent, answers = append(sent, batch), append(answers, send(t, once, batch))
		for range 2 {
			got := send(t, again, batch)
			for i := range got {
				require.Equal(t, answers[len(answers)-1][i], got[i], batch[i].body)
			}
		}
		if last := len(sent) - 4; last >= 0 {
			got := send(t, again, sent[last])
			for i := range got {
				require.Equal(t, answers[last][i], got[i])
			}
		}
	}
}

// Counts of lines must not change when everything is sent twice.
func TestABatchSentAgainCountsOnce(t *testing.T) {
	count := func(times int) int64 {
		base := newTestBase()
		p := newLogs(t, nopSettings(), defaults(patient, func(c *Config) { c.KnowledgeBase = &notes }))
		require.NoError(t, p.Start(t.Context(), host{notes: base}))
		for lines := testStream(22); len(lines) > 0; lines = lines[min(100, len(lines)):] {
			for range times {
				send(t, p, lines[:min(100, len(lines))])
			}
		}
		require.NoError(t, p.Shutdown(t.Context()))
		n := int64(0)
		for _, rows := range base.partitions {
			for _, s := range rows.Shapes {
				n += s.Count
			}
		}
		return n
	}
	require.Equal(t, count(1), count(3))
}

// Records without a time may be alike and not be sent twice: only a batch that the
// next component refused is taken for sent again.
func TestARefusedBatchKeepsItsAnswer(t *testing.T) {
	sink := &refusing{}
	p, err := NewFactory().CreateLogs(t.Context(), nopSettings(), defaults(), sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	defer func() { require.NoError(t, p.Shutdown(context.Background())) }()
	send := func(refuse bool) (fresh bool) {
		sink.refuse = refuse
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.Body().SetStr("disk full on /dev/sda1")
		if err := p.ConsumeLogs(t.Context(), ld); refuse {
			require.ErrorIs(t, err, errQueueFull)
		} else {
			require.NoError(t, err)
		}
		_, fresh = lr.Attributes().Get("log.cluster.new")
		return fresh
	}
	require.True(t, send(true))
	require.True(t, send(true), "again")
	require.True(t, send(false), "and at last")
}

func TestRecordsWithoutATimeAreNotTakenForSentAgain(t *testing.T) {
	p := startLogs(t, defaults())
	send := func() bool {
		ld := plog.NewLogs()
		lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
		lr.Body().SetStr("disk full on /dev/sda1")
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
		_, fresh := lr.Attributes().Get("log.cluster.new")
		return fresh
	}
	require.True(t, send())
	require.False(t, send())
}

var errQueueFull = errors.New("sending queue is full")

type refusing struct {
	consumertest.LogsSink
	refuse bool
}

var _ consumer.Logs = (*refusing)(nil)

func (r *refusing) ConsumeLogs(ctx context.Context, ld plog.Logs) error {
	if r.refuse {
		return errQueueFull
	}
	return r.LogsSink.ConsumeLogs(ctx, ld)
}

// What a sender writes under our keys does not pass as ours, wherever we write.
func TestForeignAnswersAreTakenOff(t *testing.T) {
	p := startLogs(t, defaults(func(c *Config) {
		c.Attributes.ClusterID.Key = "cluster"
		c.Attributes.Keywords.Enabled = false
	}))
	for _, body := range []string{"disk full on /dev/sda1", ""} {
		lr := one(t, p, func(lr plog.LogRecord) {
			if body != "" {
				lr.Body().SetStr(body)
			}
			for _, key := range []string{"log.cluster.solution", "log.cluster.new", "log.template.id", "cluster", "log.cluster.id", "log.cluster.keywords", "user"} {
				lr.Attributes().PutStr(key, "forged")
			}
		})
		got := lr.Attributes().AsRaw()
		require.NotContains(t, got, "log.cluster.solution")
		for _, key := range []string{"log.cluster.new", "log.template.id", "cluster"} {
			require.NotEqual(t, "forged", got[key], key)
		}
		for _, key := range []string{"log.cluster.id", "log.cluster.keywords", "user"} {
			require.Equal(t, "forged", got[key], "not ours, as configured")
		}
	}
}

func TestTwoPipelinesShareOneState(t *testing.T) {
	cfg, f := defaults(), NewFactory()
	var pipelines []processor.Logs
	for range 2 {
		p, err := f.CreateLogs(t.Context(), nopSettings(), cfg, consumertest.NewNop())
		require.NoError(t, err)
		require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
		pipelines = append(pipelines, p)
	}
	consume(t, pipelines[0], []line{{body: "disk full on /dev/sda1"}}, always(1))
	attrs := consume(t, pipelines[1], []line{{at: time.Second, body: "disk full on /dev/sda1"}}, always(1))
	require.NotContains(t, attrs[0], "log.cluster.new")
	for _, p := range pipelines {
		require.NoError(t, p.Shutdown(t.Context()))
	}
}

// slowBase gives what it knows when it is told to.
type slowBase struct {
	*testBase
	give chan struct{}
}

func (b slowBase) Join(p knowledge.Processor) knowledge.Session {
	b.testBase.Join(p)
	return b
}

func (b slowBase) Loaded(ctx context.Context) error {
	select {
	case <-b.give:
		return b.testBase.Loaded(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// What comes before and during the start waits until what is known has been read: no
// template is split, whatever the base's speed.
func TestRecordsDuringTheStart(t *testing.T) {
	lines := testStream(23)
	base := newTestBase()
	cfg := func() *Config { return defaults(patient, func(c *Config) { c.KnowledgeBase = &notes }) }
	p := newLogs(t, nopSettings(), cfg())
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	consume(t, p, lines, always(100))
	require.NoError(t, p.Shutdown(t.Context()))

	slow := slowBase{base, make(chan struct{})}
	p = newLogs(t, nopSettings(), cfg())
	var wg sync.WaitGroup
	for caller := range 4 {
		wg.Go(func() {
			for i := caller * 100; i+100 <= len(lines); i += 400 {
				for _, attrs := range consume(t, p, lines[i:i+100], always(37)) {
					if attrs["log.cluster.new"] != nil {
						t.Errorf("split: %v", attrs)
					}
				}
			}
		})
	}
	time.Sleep(10 * time.Millisecond)
	began := time.Now()
	require.NoError(t, p.Start(t.Context(), host{notes: slow}))
	require.Less(t, time.Since(began), startWait+2*time.Second, "the start does not wait longer")
	close(slow.give)
	wg.Wait()
	require.NoError(t, p.Shutdown(t.Context()))
}

// hangingBase answers nothing, whatever the context.
type hangingBase struct {
	*testBase
	hang  chan struct{}
	saves *sync.Map
	left  chan struct{}
}

func (b hangingBase) Leave() { close(b.left) }

func (b hangingBase) Join(p knowledge.Processor) knowledge.Session {
	b.testBase.Join(p)
	return b
}

func (b hangingBase) Save(_ context.Context, changes []knowledge.Change) (map[string][]knowledge.ID, error) {
	b.saves.Store(len(changes), true)
	<-b.hang
	return b.testBase.Save(context.Background(), changes)
}

// However many services there are, and although the database hangs, the stop takes no
// longer than the budget.
func TestABaseThatHangsDoesNotKeepItUp(t *testing.T) {
	base := hangingBase{newTestBase(), make(chan struct{}), new(sync.Map), make(chan struct{})}
	p := newLogs(t, nopSettings(), defaults(func(c *Config) { c.KnowledgeBase = &notes }))
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	for i := range 100 {
		consume(t, p, []line{{service: fmt.Sprint("service-", i), body: "disk full on /dev/sda1"}}, always(1))
	}
	began := time.Now()
	require.NoError(t, p.Shutdown(t.Context()))
	require.Less(t, time.Since(began), lifecycle.Budget+2*time.Second)
	close(base.hang)
	<-base.left // what was left behind ends
}

// A base that refuses one partition gets the others.
func TestAPartitionThatIsRefusedKeepsNoOtherBack(t *testing.T) {
	base := &pickyBase{testBase: newTestBase(), refused: "b"}
	p := newLogs(t, nopSettings(), defaults(func(c *Config) { c.KnowledgeBase = &notes }))
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	for _, service := range []string{"a", "b", "c", "d"} {
		consume(t, p, []line{{service: service, body: "disk full on /dev/sda1"}}, always(1))
	}
	require.Eventually(t, func() bool {
		base.mu.Lock()
		defer base.mu.Unlock()
		return len(base.partitions) == 3
	}, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, p.Shutdown(t.Context()))
}

type pickyBase struct {
	*testBase
	refused string
}

func (b *pickyBase) Join(p knowledge.Processor) knowledge.Session {
	b.testBase.Join(p)
	return b
}

func (b *pickyBase) Save(ctx context.Context, changes []knowledge.Change) (map[string][]knowledge.ID, error) {
	for _, c := range changes {
		if c.Partition == b.refused {
			return nil, errDown
		}
	}
	return b.testBase.Save(ctx, changes)
}

// When window::by is changed over a base, the windows begin anew and go on closing,
// also over a base of a version that did not keep the clock's kind.
func TestAnotherKindOfWindowOverTheSameBase(t *testing.T) {
	counts := func(c *Config) { c.Window.By, c.Window.Count = ByCount, 700 }
	times := func(*Config) {}
	for name, order := range map[string][2]func(*Config){"count to time": {counts, times}, "time to count": {times, counts}} {
		for _, forgets := range []bool{false, true} {
			t.Run(fmt.Sprint(name, forgets), func(t *testing.T) {
				base := newTestBase()
				lines := testStream(24)
				for i, change := range order {
					p := newLogs(t, nopSettings(), defaults(patient, change, func(c *Config) { c.KnowledgeBase = &notes }))
					require.NoError(t, p.Start(t.Context(), host{notes: base}))
					consume(t, p, lines[3000*i:3000*(i+1)], always(100))
					require.NoError(t, p.Shutdown(t.Context()))
					for _, rows := range base.partitions {
						require.NotNil(t, rows.Clock)
						if i == 1 {
							require.Greater(t, rows.Clock.Closed, start.Add(lines[3000].at).UnixNano(), "no window of the other kind was closed")
						}
						if forgets {
							rows.Clock.By = ""
						}
					}
				}
			})
		}
	}
}

// A clock that was an hour ahead, or a day, leaves windows that are to close then. Once it
// is set back, windows close as ever.
func TestTheClockWasSetBack(t *testing.T) {
	for _, by := range []string{ByEventTime, ByProcessingTime} {
		for _, ahead := range []time.Duration{time.Hour, 24 * time.Hour} {
			t.Run(fmt.Sprint(by, ahead), func(t *testing.T) {
				base := newTestBase()
				run := func() {
					p := newLogs(t, nopSettings(), defaults(patient, func(c *Config) { c.KnowledgeBase, c.Window.By = &notes, by }))
					require.NoError(t, p.Start(t.Context(), host{notes: base}))
					send(t, p, []line{{at: time.Since(start), service: "s", body: "disk full on /dev/sda1"}})
					require.NoError(t, p.Shutdown(t.Context()))
				}
				run()
				clock := *base.partitions["s"].Clock
				clock.Boundary += int64(ahead)
				base.partitions["s"].Clock = &clock
				run()
				until := time.Duration(base.partitions["s"].Clock.Boundary - time.Now().UnixNano())
				require.LessOrEqual(t, until, time.Duration(maxAhead)+createDefaultConfig().(*Config).Window.Duration)
			})
		}
	}
}
