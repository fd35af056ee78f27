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

// testBase is a knowledge base in memory: the fold of all deltas. One processor
// joins it at a time.
type testBase struct {
	component.StartFunc
	component.ShutdownFunc

	mu         sync.Mutex
	partitions map[string]*testRows
	down       bool
	processor  knowledge.Processor
}

type testRows struct {
	shapes    map[shapeKey]knowledge.Shape
	templates map[knowledge.ID]knowledge.Template
	clusters  map[knowledge.ID]knowledge.Cluster
	clock     *knowledge.Clock
}

type shapeKey struct {
	hash  knowledge.ID
	slots uint8
}

var (
	_ knowledge.Base    = (*testBase)(nil)
	_ knowledge.Session = (*testBase)(nil)
)

var errDown = errors.New("the test took the base down")

func newTestBase() *testBase { return &testBase{partitions: map[string]*testRows{}} }

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
		b.processor.Apply(key, p.rows(), true)
	}
	return nil
}

func (p *testRows) rows() knowledge.Rows {
	rows := knowledge.Rows{Clock: p.clock}
	for _, s := range p.shapes {
		rows.Shapes = append(rows.Shapes, s)
	}
	slices.SortFunc(rows.Shapes, func(x, y knowledge.Shape) int { return cmp.Compare(x.Seq, y.Seq) })
	for _, t := range p.templates {
		rows.Templates = append(rows.Templates, t)
	}
	slices.SortFunc(rows.Templates, func(x, y knowledge.Template) int { return cmp.Compare(x.Birth, y.Birth) })
	for _, c := range p.clusters {
		rows.Clusters = append(rows.Clusters, c)
	}
	slices.SortFunc(rows.Clusters, func(x, y knowledge.Cluster) int { return cmp.Compare(x.Birth, y.Birth) })
	return rows
}

func (b *testBase) Save(_ context.Context, changes []knowledge.Change) (map[string][]knowledge.ID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return nil, errDown
	}
	for _, c := range changes {
		b.save(c.Partition, c.Rows)
	}
	return nil, nil
}

func (b *testBase) save(partition string, delta knowledge.Rows) {
	p := b.partitions[partition]
	if p == nil {
		p = &testRows{
			shapes:    map[shapeKey]knowledge.Shape{},
			templates: map[knowledge.ID]knowledge.Template{},
			clusters:  map[knowledge.ID]knowledge.Cluster{},
		}
		b.partitions[partition] = p
	}
	for _, s := range delta.Shapes {
		key := shapeKey{s.Hash, s.Slots}
		old := p.shapes[key]
		s.Count += old.Count
		if s.Saved {
			s.Masked = old.Masked
		}
		p.shapes[key] = s
	}
	for _, t := range delta.Templates {
		p.templates[t.ID] = t
	}
	for _, c := range delta.Clusters {
		p.clusters[c.ID] = c
	}
	for _, a := range delta.Aliases {
		p.join(a)
	}
	if delta.Clock != nil {
		p.clock = delta.Clock
	}
}

func (p *testRows) join(a knowledge.Alias) {
	if a.Kind == knowledge.KindTemplate {
		delete(p.templates, a.From)
		for key, s := range p.shapes {
			if s.Template == a.From {
				s.Template = a.To
				p.shapes[key] = s
			}
		}
		return
	}
	for _, t := range p.templates {
		if t.Cluster == a.From {
			return
		}
	}
	delete(p.clusters, a.From)
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
		for id, t := range p.templates {
			switch r.IntN(4) {
			case 0:
				delete(p.templates, id)
			case 1:
				t.Cluster, t.Represents = knowledge.ID(r.Uint64()), !t.Represents
				p.templates[id] = t
			}
		}
		for id := range p.clusters {
			if r.IntN(4) == 0 {
				delete(p.clusters, id)
			}
		}
		if p.clock != nil && r.IntN(2) == 0 {
			clock := *p.clock
			clock.Closed, clock.Categories = clock.Space-int64(r.IntN(1e9)), nil
			p.clock = &clock
		}
	}
}
