// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"math"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// What the knowledge base calls.
var _ knowledge.Processor = (*logClusterProcessor)(nil)

// Apply implements knowledge.Processor.
func (p *logClusterProcessor) Apply(partition string, rows knowledge.Rows, all bool) bool {
	rows.Clock = p.ownClock(rows.Clock)
	switch {
	case all && p.isOutdated(&rows):
		return p.carryOver(partition, &rows)
	case all:
		return p.parts.Restore(partition, rows)
	}
	return p.parts.Apply(partition, rows)
}

// ownClock returns a clock that counts what window::by says now: one that counts
// something else would never, or always, be beyond the window's end. The windows begin
// anew then; what was learnt stays.
func (p *logClusterProcessor) ownClock(clock *knowledge.Clock) *knowledge.Clock {
	if clock == nil || clock.Boundary == math.MinInt64 || sameKind(clock, p.windowBy) {
		return clock
	}
	anew := *clock
	anew.Boundary, anew.Ordinal = math.MinInt64, 0
	return &anew
}

// sameKind says whether a clock counts what by says. A clock of an older version does
// not say what it counts, but no stream has had so many records as there are
// nanoseconds in a day.
func sameKind(clock *knowledge.Clock, by string) bool {
	if clock.By == "" {
		return (by == ByCount) == (clock.Boundary < int64(24*time.Hour))
	}
	return by == clock.By
}

// Lead implements knowledge.Processor.
func (p *logClusterProcessor) Lead(partition string, leads bool) { p.parts.Lead(partition, leads) }

// Partitions implements knowledge.Processor.
func (p *logClusterProcessor) Partitions() []string {
	all := p.parts.All()
	names := make([]string, len(all))
	for i, part := range all {
		names[i] = part.Key()
	}
	return names
}

// Versions implements knowledge.Processor.
func (p *logClusterProcessor) Versions() knowledge.Versions { return p.versions }

// partitionOf is the partition to look in, nil for all.
func (p *logClusterProcessor) partitionOf(q knowledge.Query) *string {
	if q.Partition != nil || q.Resource == nil {
		return q.Partition
	}
	resource := pcommon.NewMap()
	for k, v := range q.Resource {
		resource.PutStr(k, v)
	}
	key := string(partitionKey(nil, resource, p.partitionBy))
	return &key
}

// Related implements knowledge.Matcher.
func (p *logClusterProcessor) Related(partition string, cluster knowledge.ID) []knowledge.Related {
	return p.parts.Related(partition, cluster)
}
