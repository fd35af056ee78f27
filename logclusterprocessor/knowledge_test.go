// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"go.opentelemetry.io/collector/component"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/basetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// testBase is a knowledge base in memory: the fold of all deltas. One processor
// joins it at a time.
type testBase struct {
	component.StartFunc
	component.ShutdownFunc

	mu         sync.Mutex
	partitions map[string]*basetest.Rows
	down       bool
	processor  knowledge.Processor
}

var (
	_ knowledge.Base    = (*testBase)(nil)
	_ knowledge.Session = (*testBase)(nil)
)

var errDown = errors.New("the test took the base down")

func newTestBase() *testBase { return &testBase{partitions: map[string]*basetest.Rows{}} }

func (b *testBase) Join(p knowledge.Processor) knowledge.Session {
	b.processor = p
	return b
}

func (b *testBase) Leave() {}

func (b *testBase) Health() error { return nil }

func (b *testBase) Loaded(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return errDown
	}
	for key, p := range b.partitions {
		b.processor.Apply(key, p.All(), true)
	}
	return nil
}

func (b *testBase) Save(_ context.Context, changes []knowledge.Change) (map[string][]knowledge.ID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return nil, errDown
	}
	for i := range changes {
		b.save(changes[i].Partition, &changes[i].Rows)
	}
	return nil, nil
}

func (b *testBase) save(partition string, delta *knowledge.Rows) {
	p := b.partitions[partition]
	if p == nil {
		p = basetest.New()
		b.partitions[partition] = p
	}
	p.Save(delta)
}

// damage loses and spoils some of every kind of row.
func (b *testBase) damage(r *rand.Rand) {
	for _, p := range b.partitions {
		for key, s := range p.Shapes {
			switch r.IntN(8) {
			case 0:
				delete(p.Shapes, key)
			case 1:
				s.Template = knowledge.ID(r.Uint64())
				p.Shapes[key] = s
			case 2:
				s.Masked = s.Masked[:r.IntN(len(s.Masked)+1)]
				p.Shapes[key] = s
			}
		}
		for id, t := range p.Templates {
			switch r.IntN(4) {
			case 0:
				delete(p.Templates, id)
			case 1:
				t.Cluster, t.Represents = knowledge.ID(r.Uint64()), !t.Represents
				p.Templates[id] = t
			}
		}
		for id := range p.Clusters {
			if r.IntN(4) == 0 {
				delete(p.Clusters, id)
			}
		}
		if p.Clock != nil && r.IntN(2) == 0 {
			clock := *p.Clock
			clock.Closed, clock.Categories = clock.Space-int64(r.IntN(1e9)), nil
			p.Clock = &clock
		}
	}
}
