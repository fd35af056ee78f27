// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"strconv"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// StartAsked starts a processor that can be asked what its clusters are related to.
func StartAsked(ctx context.Context, next consumer.Logs, changes ...func(*logclusterprocessor.Config)) (*Processor, error) {
	base := &memoryless{id: component.MustNewID("memoryless")}
	p, err := startOn(ctx, base, next, append(changes, func(c *logclusterprocessor.Config) { c.KnowledgeBase = &base.id })...)
	if err != nil {
		return nil, err
	}
	p.matcher = base.joined
	return p, nil
}

// Match asks a processor begun by StartAsked what a text may be about.
func (p *Processor) Match(q knowledge.Query) []knowledge.Match { return p.matcher.Match(q) }

// Related returns the clusters that a processor begun by StartAsked offers beside one
// of a service.
func (p *Processor) Related(service, clusterID string) ([]string, error) {
	id, err := strconv.ParseUint(clusterID, 16, 64)
	if err != nil {
		return nil, fmt.Errorf("cluster ID: %w", err)
	}
	var related []string
	for _, r := range p.matcher.Related(service, knowledge.ID(id)) {
		related = append(related, r.Cluster.String())
	}
	return related, nil
}

// memoryless is a knowledge base that keeps nothing, and a component.Host that has it:
// questions come to a processor through its base.
type memoryless struct {
	component.StartFunc
	component.ShutdownFunc
	id     component.ID
	joined knowledge.Processor
}

func (b *memoryless) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{b.id: b}
}

func (b *memoryless) Join(p knowledge.Processor) knowledge.Session {
	b.joined = p
	return b
}

func (*memoryless) Loaded(context.Context) error { return nil }

func (*memoryless) Save(context.Context, []knowledge.Change) (map[string][]knowledge.ID, error) {
	return nil, nil
}

func (*memoryless) Health() error { return nil }

func (*memoryless) Leave() {}
