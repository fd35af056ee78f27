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

// near finds the cluster that says the same, else the one of the most similar words.
func (p *Partition) near(encoded string) (knowledge.Match, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := template.Text(encoded)
	if m := p.meanings.byID[p.idOf(text)]; m != nil {
		return p.hit(m, knowledge.Same, knowledge.CoveredConfidence), true
	}
	terms := p.extract.Terms([]string{text})
	hit, ok := p.index.Nearest(p.space.Vector(terms), p.settings.Clustering.Threshold)
	if !ok {
		return knowledge.Match{}, false
	}
	confidence := min(knowledge.CoveredConfidence, p.settings.Clustering.Distance.Similarity(hit.Distance))
	return p.hit(p.meanings.byID[hit.ID], knowledge.Near, confidence), true
}

func (p *Partition) hit(m *meaning, how knowledge.How, confidence float64) knowledge.Match {
	return knowledge.Match{
		Partition: p.key, Cluster: knowledge.ID(m.id), Keywords: m.keywords, Solution: m.solution, Noise: m.noise,
		Confidence: confidence, How: how,
	}
}

// Explain fills in what a partition makes of a line: its template where it is
// known, and its cluster.
func (r *Registry) Explain(line *mask.Line, key string, out *knowledge.Explanation) {
	out.Partition = &key
	p := r.find(key)
	if p == nil {
		said := r.settings.Statements.Read(out.Template)
		out.Cluster, out.By = knowledge.ClusterOf(key, said.Hash()), knowledge.ByStatement
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var t *Template
	if e := p.miner.Match(p.Salt(line.Shape), line.Check); e != nil {
		t = e.Template()
	} else {
		t = p.miner.Find(line.Encode())
	}
	if t != nil {
		if m := p.meanings.members[t.ID()]; m != nil {
			out.Template, out.TemplateID, out.Cluster, out.By = m.text, knowledge.ID(m.public), knowledge.ID(m.meaning.id), knowledge.ByStatement
			if m.placed {
				out.By = knowledge.ByPerson
				return
			}
		}
	}
	said := p.settings.Statements.Read(out.Template)
	own := p.Salt(said.Hash())
	out.Cluster, out.By = knowledge.ID(p.joinedTo(own)), knowledge.ByStatement
	if uint64(out.Cluster) != own {
		out.By = knowledge.ByPerson
	}
}

// Related returns the clusters nearest to one of a partition, the nearest first.
func (r *Registry) Related(key string, cluster knowledge.ID) []knowledge.Related {
	p := r.find(key)
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	of := p.meanings.byID[uint64(cluster)]
	if of == nil {
		return nil
	}
	hits := p.index.NearestK(p.space.Vector(of.terms()), relatedWithin*p.settings.Clustering.Threshold, maxRelated+1)
	related := make([]knowledge.Related, 0, maxRelated)
	for _, hit := range hits {
		if m := p.meanings.byID[hit.ID]; m != of && len(related) < maxRelated {
			related = append(related, knowledge.Related{
				Cluster: knowledge.ID(m.id), Text: m.members[0].text, Keywords: m.keywords, Solution: m.solution, Distance: hit.Distance,
			})
		}
	}
	return related
}

const (
	// maxRelated is how many related clusters are named.
	maxRelated = 5
	// relatedWithin is how much farther than a category reaches, as a factor.
	relatedWithin = 1.6
)

func parseID(text string) knowledge.ID {
	id, _ := strconv.ParseUint(text, 16, 64) // FormatID wrote it
	return knowledge.ID(id)
}
