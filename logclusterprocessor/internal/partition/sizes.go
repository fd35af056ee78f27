// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"

// What things cost beside what the miner counts, in bytes: measured by
// TestMemoryEstimate.
const (
	memberBytes = 2080 // terms, answer, postings, tables
	termBytes   = 120
	// offeredBytes is for being found by questions: reading, postings, tables.
	offeredBytes = 600
)

// limits divides the bytes of a partition: what is left by the vocabulary goes
// half to the shapes of lines and half to what is kept for each template.
func (s *Settings) limits() template.Limits {
	half := max(s.Bytes-int64(s.Vocabulary)*termBytes, s.Bytes/2) / 2
	return template.Limits{Templates: min(s.Templates, int(half/memberBytes)), Bytes: half}
}

// evictions counts what the limits have cost.
type evictions struct {
	template.Evictions
	terms uint64
}

// measure notes the sizes for whoever asks without the lock, and reports what the
// limits cost.
func (p *Partition) measure() {
	p.sizes.templates.Store(int64(p.miner.Len()))
	p.sizes.clusters.Store(int64(p.meanings.len()))
	if !p.gone {
		bytes := p.bytes()
		p.budget.take(bytes - p.sizes.bytes.Swap(bytes))
	}

	now, last := evictions{p.miner.Evictions(), p.vocabulary.Evicted()}, p.reported
	if now == last {
		return
	}
	p.reported = now
	report := func(kind, reason string, n int64) {
		if n > 0 {
			p.observer.Evicted(kind, reason, int(n))
		}
	}
	report("template", "templates", now.Templates-last.Templates)
	report("template", "contexts", now.Contexts-last.Contexts)
	report("template", "bytes", now.Bytes-last.Bytes)
	report("shape", "shapes", now.Shapes-last.Shapes)
	report("term", "vocabulary", int64(now.terms-last.terms))
}

// bytes estimates what the partition takes.
func (p *Partition) bytes() int64 {
	bytes := p.miner.Bytes() + int64(len(p.meanings.members))*memberBytes + int64(p.vocabulary.Len())*termBytes
	if p.offered != nil {
		bytes += int64(len(p.meanings.members)) * offeredBytes
	}
	return bytes
}

// addTo adds the partition's sizes.
func (p *Partition) addTo(s *Stats) {
	s.Partitions++
	s.Templates += int(p.sizes.templates.Load())
	s.Clusters += int(p.sizes.clusters.Load())
	s.Bytes += int(p.sizes.bytes.Load())
}
