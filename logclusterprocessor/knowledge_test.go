// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// testBase is a knowledge base in memory: the fold of all deltas.
type testBase struct {
	component.StartFunc
	component.ShutdownFunc

	mu         sync.Mutex
	partitions map[string]*testRows
	down       bool
	apply      func(string, []knowledge.Solution)
}

type testRows struct {
	shapes   map[knowledge.ShapeKey]knowledge.Shape
	clusters map[knowledge.ID]knowledge.Cluster
	aliases  []knowledge.Alias
	clock    *knowledge.Clock
}

var _ knowledge.Base = (*testBase)(nil)

var errDown = errors.New("the test took the base down")

func newTestBase() *testBase { return &testBase{partitions: map[string]*testRows{}} }

func (b *testBase) Load(_ context.Context, restore func(string, knowledge.Rows) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return errDown
	}
	for key, p := range b.partitions {
		rows := knowledge.Rows{Aliases: p.aliases, Clock: p.clock}
		for _, s := range p.shapes {
			rows.Shapes = append(rows.Shapes, s)
		}
		slices.SortFunc(rows.Shapes, func(x, y knowledge.Shape) int { return cmp.Compare(x.Seq, y.Seq) })
		for _, c := range p.clusters {
			rows.Clusters = append(rows.Clusters, c)
		}
		slices.SortFunc(rows.Clusters, func(x, y knowledge.Cluster) int { return cmp.Compare(x.Birth, y.Birth) })
		if err := restore(key, rows); err != nil {
			return err
		}
	}
	return nil
}

func (b *testBase) Save(_ context.Context, partition string, delta knowledge.Rows) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return errDown
	}
	p := b.partitions[partition]
	if p == nil {
		p = &testRows{shapes: map[knowledge.ShapeKey]knowledge.Shape{}, clusters: map[knowledge.ID]knowledge.Cluster{}}
		b.partitions[partition] = p
	}
	for _, s := range delta.Shapes {
		p.shapes[knowledge.ShapeKey{Hash: s.Hash, Slots: s.Slots}] = s
	}
	for _, c := range delta.Clusters {
		p.clusters[c.ID] = c
	}
	for _, key := range delta.Gone.Shapes {
		delete(p.shapes, key)
	}
	for _, id := range delta.Gone.Clusters {
		delete(p.clusters, id)
	}
	p.aliases = append(p.aliases, delta.Aliases...)
	if delta.Clock != nil {
		p.clock = delta.Clock
	}
	return nil
}

func (b *testBase) Watch(apply func(string, []knowledge.Solution)) (func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.apply = apply
	return func() {}, nil
}

// damage loses and spoils some of every kind of row.
func (b *testBase) damage(r *rand.Rand) {
	for _, p := range b.partitions {
		for key, s := range p.shapes {
			switch r.IntN(8) {
			case 0:
				delete(p.shapes, key)
			case 1:
				s.Template = knowledge.ID(r.Uint64())
				p.shapes[key] = s
			case 2:
				s.Masked = s.Masked[:r.IntN(len(s.Masked)+1)]
				p.shapes[key] = s
			}
		}
		for id, c := range p.clusters {
			switch r.IntN(4) {
			case 0:
				delete(p.clusters, id)
			case 1:
				c.Representatives = []knowledge.ID{knowledge.ID(r.Uint64())}
				p.clusters[id] = c
			}
		}
		if p.clock != nil && r.IntN(2) == 0 {
			clock := *p.clock
			clock.Closed, clock.Pending = clock.Space-int64(r.IntN(1e9)), nil
			p.clock = &clock
		}
	}
}
