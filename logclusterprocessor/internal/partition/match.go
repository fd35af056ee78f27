// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Match says what a masked line would be taken for in a partition, or in each of
// them when key is nil, the surest first. It changes nothing.
func (r *Registry) Match(line *mask.Line, key *string) []knowledge.Match {
	var matches []knowledge.Match
	for _, p := range r.All() {
		if key != nil && p.key != *key {
			continue
		}
		if m, ok := p.match(line); ok {
			matches = append(matches, m)
		}
	}
	slices.SortFunc(matches, func(a, b knowledge.Match) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(a.Partition, b.Partition))
	})
	return matches
}

func (p *Partition) match(line *mask.Line) (knowledge.Match, bool) {
	if e := p.miner.Match(p.Salt(line.Shape), line.Check); e != nil {
		return p.answer(e.Template(), knowledge.Known, 1)
	}
	encoded := line.Encode()
	if t := p.miner.Find(encoded); t != nil {
		return p.answer(t, knowledge.Covered, knowledge.CoveredConfidence)
	}
	return p.near(encoded)
}

func (p *Partition) answer(t *Template, how knowledge.How, confidence float64) (knowledge.Match, bool) {
	a := t.Payload.Load()
	if a == nil {
		return knowledge.Match{}, false // it is being founded just now
	}
	return knowledge.Match{
		Partition: p.key, Template: parseID(a.TemplateID), TemplateText: a.Template,
		Cluster: parseID(a.ClusterID), Keywords: a.Keywords, Solution: a.Solution, Noise: a.Noise,
		Confidence: confidence, How: how,
	}, true
}

// near finds the category whose representatives use the most similar words.
func (p *Partition) near(encoded string) (knowledge.Match, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	terms := p.extract.Terms([]string{template.Text(encoded)})
	hit, ok := p.index.Nearest(p.space.Vector(terms), p.settings.Clustering.Threshold)
	if !ok {
		return knowledge.Match{}, false
	}
	c := p.categories.members[hit.ID].category
	return knowledge.Match{
		Partition: p.key, Cluster: knowledge.ID(c.id), Keywords: c.keywords, Solution: c.solution, Noise: c.noise,
		Confidence: min(knowledge.CoveredConfidence, p.settings.Clustering.Distance.Similarity(hit.Distance)), How: knowledge.Near,
	}, true
}

func parseID(text string) knowledge.ID {
	id, _ := strconv.ParseUint(text, 16, 64) // FormatID wrote it
	return knowledge.ID(id)
}
