// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/basetest"
)

// learnt is what a stream teaches.
var learnt = sync.OnceValue(func() map[string]*basetest.Rows {
	base := newTestBase()
	p, err := NewFactory().CreateLogs(context.Background(), nopSettings(), defaults(patient, func(c *Config) { c.KnowledgeBase = &notes }), consumertest.NewNop())
	if err != nil {
		panic(err)
	}
	if err := p.Start(context.Background(), host{notes: base}); err != nil {
		panic(err)
	}
	for lines := testStream(31)[:3000]; len(lines) > 0; lines = lines[100:] {
		if err := p.ConsumeLogs(context.Background(), batchOf(lines[:100])); err != nil {
			panic(err)
		}
	}
	if err := p.Shutdown(context.Background()); err != nil {
		panic(err)
	}
	return base.partitions
})

// spoil changes the masked forms of a base by the bytes that next gives.
func spoil(masked string, next func() byte) string {
	b := []byte(masked)
	for n := next() % 4; n > 0 && len(b) > 0; n-- {
		at := (int(next())<<8 | int(next())) % len(b)
		switch next() % 4 {
		case 0:
			b[at] = next()
		case 1:
			b[at] = next() % 8 // the marks of units
		case 2:
			b = append(b[:at], b[at+1:]...)
		case 3:
			b = append(b[:at], append([]byte{next() % 8}, b[at:]...)...)
		}
	}
	return string(b)
}

// alike are lines like those that were learnt, most with a word that is another, so
// that they are held against the templates.
var alike = sync.OnceValue(func() []line {
	r := rand.New(rand.NewPCG(31, 43))
	lines := slices.Clone(testStream(31)[:600])
	for i := range lines {
		words := strings.Fields(lines[i].body)
		if k := r.IntN(len(words) + 1); k < len(words) {
			words[k] = linetest.Word(r)
		}
		lines[i].body = strings.Join(words, " ")
	}
	return lines
})

// survives restores a base whose rows next spoils, and sends lines.
func survives(t *testing.T, next func() byte) {
	base := newTestBase()
	for key, rows := range learnt() {
		copied := rows.Clone()
		clear(copied.Shapes)
		sorted := rows.All() // in an order that does not change, so that a failure can be had again
		for _, s := range sorted.Shapes {
			s.Masked = spoil(s.Masked, next)
			if next() < 8 {
				s.Slots = next()
			}
			copied.Shapes[basetest.ShapeKey{Hash: s.Hash, Slots: s.Slots}] = s
		}
		base.partitions[key] = copied
	}
	p := newLogs(t, nopSettings(), defaults(patient, func(c *Config) { c.KnowledgeBase = &notes }))
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	for _, attrs := range consume(t, p, alike(), always(100)) {
		require.Contains(t, attrs, "log.cluster.id")
	}
	require.NoError(t, p.Shutdown(t.Context()))
}

// What is read from a database is input: however its masked forms are damaged, it is
// restored, and lines get their answers.
func TestDamagedShapes(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 41))
		survives(t, func() byte { return byte(r.Uint32()) })
	}
}

func FuzzDamagedShapes(f *testing.F) {
	f.Add([]byte{1, 0, 3, 1, 7})
	f.Add([]byte{3, 0, 0, 3, 2, 0, 9, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			b = []byte{0}
		}
		i := 0
		survives(t, func() byte { i++; return b[i%len(b)] })
	})
}
