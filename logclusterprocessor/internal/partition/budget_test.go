// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/cluster"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/statement"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func newBudgeted(t testing.TB, partitions int, budget int64) *Registry {
	t.Helper()
	reader, err := statement.New()
	require.NoError(t, err)
	r := NewRegistry(Settings{
		Window:     int64(time.Hour),
		Clustering: cluster.Options{Threshold: cluster.DefaultMergeThreshold},
		Statements: reader, Representatives: 5, Keywords: 5, Partitions: partitions, Clusters: 10_000, Vocabulary: 20_000,
		Templates: 15_000, Bytes: 64 << 20, Budget: budget,
	}, &waits{})
	t.Cleanup(func() { _ = r.Shutdown(context.Background()) })
	return r
}

// learner feeds lines to the partitions of a registry.
type learner struct {
	*Registry
	masker *mask.Masker
	line   mask.Line
	at     int64
}

func newLearner(t testing.TB, r *Registry) *learner {
	t.Helper()
	masker, err := mask.New(mask.Options{})
	require.NoError(t, err)
	return &learner{Registry: r, masker: masker}
}

// learn returns the ID that a line of a service got.
func (l *learner) learn(service, text string) string {
	l.at++
	p := l.Get([]byte(service), l.at)
	l.masker.Mask(text, &l.line)
	l.line.Shape = p.Salt(l.line.Shape)
	e := p.Lookup(l.line.Shape, l.line.Check)
	if e == nil {
		e, _ = p.Learn(&l.line, l.at)
	}
	e.Seen(1, l.at)
	return p.Answer(e).TemplateID
}

func sumOf(r *Registry) (bytes int64) {
	for _, p := range r.All() {
		bytes += p.sizes.bytes.Load()
	}
	return bytes
}

// Services that flood share what there is, and take nothing from one that is calm.
func TestBudgetIsShared(t *testing.T) {
	const budget, services = 16 << 20, 20
	l := newLearner(t, newBudgeted(t, 100, budget))
	calm := func() (ids []string) {
		for i := range 20 {
			ids = append(ids, l.learn("calm", fmt.Sprintf("connection to %s closed after %d ms", []string{"shard", "cache", "queue", "index"}[i%4], i)))
		}
		return ids
	}
	calm()
	before := calm() // generalised by now
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 20_000 {
		l.learn(fmt.Sprintf("flood-%d", i%services), fmt.Sprintf("%s %s %s %s %s", linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r)))
		if i%100 == 0 {
			require.LessOrEqual(t, l.shared.budget.total.Load(), int64(budget/10*11), "after %d lines", i)
		}
	}
	l.shared.running.Wait()
	assert.LessOrEqual(t, l.shared.budget.total.Load(), int64(budget))
	assert.Equal(t, sumOf(l.Registry), l.shared.budget.total.Load(), "no byte is counted twice or lost")
	assert.Equal(t, before, calm())
}

// What one service does not need another may have.
func TestBudgetGoesByNeed(t *testing.T) {
	const budget = 16 << 20
	l := newLearner(t, newBudgeted(t, 100, budget))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 20 {
		l.learn(fmt.Sprintf("small-%d", i), "started")
	}
	for range 10_000 {
		l.learn("large", fmt.Sprintf("%s %s %s %s %s", linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r), linetest.Word(r)))
	}
	l.shared.running.Wait()
	assert.Greater(t, l.Get([]byte("large"), l.at).sizes.bytes.Load(), int64(budget/10*8))
}

// Partitions that were restored and are not used give their places to live ones, and
// what they took of the budget.
func TestRestoredPartitionsGiveWay(t *testing.T) {
	l := newLearner(t, newBudgeted(t, 10, 64<<20))
	for i := range 20 {
		restored := l.Restore(fmt.Sprintf("old-%d", i), knowledge.Rows{})
		assert.Equal(t, i < 10, restored)
	}
	l.at = time.Now().UnixNano()
	for i := range 10 {
		l.learn(fmt.Sprintf("live-%d", i), "started")
		assert.False(t, l.Get(fmt.Appendf(nil, "live-%d", i), l.at).IsShared())
	}
	l.learn("one too many", "started")
	assert.True(t, l.Get([]byte("one too many"), l.at).IsShared())
	assert.Equal(t, l.Get([]byte("one too many"), l.at), l.Get([]byte("another"), l.at))
	assert.Equal(t, sumOf(l.Registry), l.shared.budget.total.Load())

	l.at += 2 * int64(time.Hour)
	l.learn("one too many", "started")
	assert.False(t, l.Get([]byte("one too many"), l.at).IsShared(), "an hour later others are idle")
}

// A batch may hold a partition that is gone.
func TestGonePartitionTakesNothing(t *testing.T) {
	l := newLearner(t, newBudgeted(t, 1, 64<<20))
	l.learn("a", "started")
	a := l.Get([]byte("a"), l.at)
	l.at += 2 * int64(time.Hour)
	l.learn("b", "stopped")
	l.masker.Mask("another line of a", &l.line)
	a.Learn(&l.line, l.at)
	assert.Equal(t, sumOf(l.Registry), l.shared.budget.total.Load())
}
