// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

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
