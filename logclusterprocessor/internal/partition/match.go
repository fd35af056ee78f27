// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/find"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// place is a template of a partition.
type place struct {
	partition *Partition
	template  uint64
}

// offer has questions find what a template says.
func (p *Partition) offer(m *member) {
	if p.offered == nil {
		return
	}
	if r := p.settings.Finding.Read(m.text); !r.IsEmpty() {
		p.offered.Put(place{p, m.template.ID()}, r)
	} else {
		p.withdraw(m)
	}
}

// withdraw ends that.
func (p *Partition) withdraw(m *member) {
	if p.offered != nil {
		p.offered.Remove(place{p, m.template.ID()})
	}
}

// maxStatements is how many statements in other words an answer is made of.
const maxStatements = 12

// elsewhereFactor is for other words in another service than the one that was told: who
// tells a service is seldom wrong about it.
const elsewhereFactor = 0.5

// Match says what a masked line would be taken for: in the partition of a key where
// there is one, and everywhere. What is in other partitions than the one of a key that
// is known comes as Elsewhere. It changes nothing.
func (r *Registry) Match(line *mask.Line, key *string) []knowledge.Match {
	all := r.All()
	key = r.known(key)
	told := key != nil
	var matches []knowledge.Match
	for _, p := range all {
		if m, ok := p.seen(line); ok {
			m.Elsewhere = told && p.key != *key
			matches = append(matches, m)
		}
	}
	if r.shared.offered == nil {
		return matches
	}
	reading := r.settings.Finding.Read(template.Text(line.Encode()))
	if reading.IsEmpty() {
		return matches
	}
	if told {
		within := func(o place) bool { return o.partition.key == *key }
		matches = r.near(matches, &reading, within, false)
	}
	return r.near(matches, &reading, nil, told)
}

// known is a key under which there is a partition: of a service beyond the limit, the
// one that all share; nil when nothing is known of it.
func (r *Registry) known(key *string) *string {
	if key == nil || r.find(*key) != nil {
		return key
	}
	if shared := overflowKey; r.find(shared) != nil {
		return &shared
	}
	return nil
}

// near adds the clusters of statements that are near.
func (r *Registry) near(matches []knowledge.Match, reading *find.Reading, within func(place) bool, elsewhere bool) []knowledge.Match {
	type cluster struct {
		partition string
		id        knowledge.ID
	}
	have := make(map[cluster]bool, len(matches))
	for i := range matches {
		have[cluster{matches[i].Partition, matches[i].Cluster}] = true
	}
	for _, hit := range r.shared.offered.Search(reading, maxStatements, within) {
		for _, o := range hit.Owners {
			how, confidence := knowledge.Near, hit.Confidence
			switch {
			case hit.Same:
				how = knowledge.Same
			case elsewhere:
				confidence *= elsewhereFactor
			}
			m, ok := o.partition.hit(o.template, how, confidence)
			if at := (cluster{m.Partition, m.Cluster}); ok && !have[at] {
				have[at] = true
				m.Elsewhere = elsewhere
				matches = append(matches, m)
			}
		}
	}
	return matches
}

// SaysTrouble is true of a line that says that something went wrong.
func (r *Registry) SaysTrouble(line *mask.Line) bool {
	reading := r.settings.Finding.Read(template.Text(line.Encode()))
	return reading.SaysTrouble()
}

// seen finds the template that lines of this form have, or would have.
func (p *Partition) seen(line *mask.Line) (knowledge.Match, bool) {
	if e := p.miner.Match(p.Salt(line.Shape), line.Check); e != nil {
		return p.answer(e.Template(), knowledge.Known, 1)
	}
	if t := p.miner.Find(line.Encode()); t != nil {
		return p.answer(t, knowledge.Covered, knowledge.CoveredConfidence)
	}
	return knowledge.Match{}, false
}

func (p *Partition) answer(t *Template, how knowledge.How, confidence float64) (knowledge.Match, bool) {
	a := t.Payload.Load()
	if a == nil {
		return knowledge.Match{}, false // it is being founded just now
	}
	return knowledge.Match{
		Partition: p.key, Template: parseID(a.TemplateID), TemplateText: a.Template, Text: a.Template,
		Cluster: parseID(a.ClusterID), Keywords: a.Keywords, Solution: a.Solution, Noise: a.Noise,
		Confidence: confidence, How: how,
	}, true
}

// hit is the cluster of a template that says what was asked for in other words.
func (p *Partition) hit(template uint64, how knowledge.How, confidence float64) (knowledge.Match, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.meanings.members[template]
	if m == nil {
		return knowledge.Match{}, false // gone meanwhile
	}
	of := m.meaning
	return knowledge.Match{
		Partition: p.key, Text: m.text, Cluster: knowledge.ID(of.id), Keywords: of.keywords, Solution: of.solution, Noise: of.noise,
		Confidence: confidence, How: how,
	}, true
}
