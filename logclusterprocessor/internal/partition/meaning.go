// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/keyword"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/representative"
)

// Answer is what is written on the records of a template. It is immutable.
type Answer struct {
	Template   string
	TemplateID string
	ClusterID  string
	CategoryID string
	Keywords   []string
	// KeywordText is Keywords joined by ", ".
	KeywordText string
	Solution    string
	Noise       bool
}

// member is a template within its meaning.
type member struct {
	template   *Template
	text       string        // of the template as it is now
	terms      feature.Terms // of text
	founding   []founding
	meaning    *meaning
	public     uint64 // the ID that its records carry; 0 before the first
	represents bool
	placed     bool // a person put it where it is: its statement does not move it
}

// founding is what a template, or one that it absorbed, gave to the vocabulary
// when it was first seen.
type founding struct {
	shape uint64
	terms feature.Terms
}

// meaning is what users call a cluster: templates whose statements are equal. Its
// ID follows from the statement, the partition and the version of the statements,
// so that it is the same on every replica without a word between them. A person
// may join meanings, or take a template out into one of its own.
type meaning struct {
	id       uint64
	birth    int64     // of the template that founded it
	members  []*member // in order of birth; never empty while it is in use
	keywords []string
	solution string
	noise    bool
	category *category
	fresh    bool // no window has placed it
	listed   bool // in meanings.order
	deferred bool // it came in a flood: it is in no index and no window looks at it
}

// terms stand for the meaning where it is compared with others: those of its
// oldest template.
func (m *meaning) terms() feature.Terms { return m.members[0].terms }

// meanings holds the meanings of a partition and their members.
type meanings struct {
	byID    map[uint64]*meaning
	members map[uint64]*member // by template ID
	// order has the meanings in order of birth, those that are gone among them until it
	// is asked for. Most come in that order, so that nothing must be sorted.
	order    []*meaning
	unsorted bool
}

func newMeanings() meanings {
	return meanings{byID: map[uint64]*meaning{}, members: map[uint64]*member{}}
}

func (m *member) compare(n *member) int {
	return cmp.Or(cmp.Compare(m.template.Birth(), n.template.Birth()), cmp.Compare(m.template.ID(), n.template.ID()))
}

// add puts a new member into a meaning.
func (s *meanings) add(m *member, to *meaning) {
	m.meaning = to
	i := len(to.members) // where a new one belongs, unless it comes from elsewhere
	for i > 0 && m.compare(to.members[i-1]) < 0 {
		i--
	}
	to.members = slices.Insert(to.members, i, m)
	s.byID[to.id] = to
	s.members[m.template.ID()] = m
	if !to.listed {
		s.unsorted = s.unsorted || len(s.order) > 0 && to.compare(s.order[len(s.order)-1]) < 0
		s.order, to.listed = append(s.order, to), true
		if len(s.order) > len(s.byID)*9/8+64 {
			s.sorted() // lets go of those that are gone
		}
	}
}

func (m *meaning) compare(n *meaning) int {
	return cmp.Or(cmp.Compare(m.birth, n.birth), cmp.Compare(m.id, n.id))
}

// remove takes a member out, and its meaning when it was the last.
func (s *meanings) remove(m *member) {
	from := m.meaning
	i := slices.Index(from.members, m)
	from.members = slices.Delete(from.members, i, i+1)
	if len(from.members) == 0 {
		delete(s.byID, from.id)
	}
	delete(s.members, m.template.ID())
}

func (s *meanings) len() int { return len(s.byID) }

// sorted returns the meanings in order of birth, until the next call.
func (s *meanings) sorted() []*meaning {
	s.order = slices.DeleteFunc(s.order, func(m *meaning) bool {
		m.listed = s.byID[m.id] == m
		return !m.listed
	})
	if s.unsorted {
		slices.SortFunc(s.order, (*meaning).compare)
		s.unsorted = false
	}
	return s.order
}

// idOf returns the ID of the cluster that a template of this text belongs to by
// its statement, and by what people have joined.
func (p *Partition) idOf(text string) uint64 {
	said := p.settings.Statements.Read(text)
	return p.joinedTo(p.Salt(said.Hash()))
}

// joinedTo follows what people have joined.
func (p *Partition) joinedTo(id uint64) uint64 {
	for range maxJoined {
		to, ok := p.joined[id]
		if !ok {
			break
		}
		id = to
	}
	return id
}

// maxJoined bounds a chain of joins, which a damaged base might close to a circle.
const maxJoined = 64

// meaningOf returns the meaning of an ID, a new one if need be.
func (p *Partition) meaningOf(id uint64, birth int64) *meaning {
	if m := p.meanings.byID[id]; m != nil {
		return m
	}
	return &meaning{id: id, birth: birth, solution: p.solutions[id]}
}

// emptyTemplate is the text of the template of lines without any.
const emptyTemplate = "<empty>"

// publish makes the template's records carry what is known now.
func (p *Partition) publish(m *member) {
	p.unsaved.template(m)
	if id := m.template.PublicID(); id != m.public {
		// What the knowledge base calls the template by stays; all that its records
		// ever carried leads there.
		if m.public = id; id != m.template.ID() {
			p.alias(id, m.template.ID())
		}
	}
	m.template.Payload.Store(newAnswer(m.text, m.public, m.meaning))
}

func newAnswer(text string, id uint64, m *meaning) *Answer {
	return &Answer{
		Template:    cmp.Or(text, emptyTemplate),
		TemplateID:  FormatID(id),
		ClusterID:   FormatID(m.id),
		CategoryID:  FormatID(m.categoryID()),
		Keywords:    m.keywords,
		KeywordText: strings.Join(m.keywords, ", "),
		Solution:    m.solution,
		Noise:       m.noise,
	}
}

// publishAll does so for all of a meaning.
func (p *Partition) publishAll(of *meaning) {
	for _, m := range of.members {
		p.publish(m)
	}
}

// FormatID writes an ID as 16 hex digits.
func FormatID(id uint64) string { return fmt.Sprintf("%016x", id) }

// describe chooses what people see of a meaning: its keywords, and the templates
// that stand for it.
func (p *Partition) describe(of *meaning) {
	terms := make([]feature.Terms, len(of.members))
	for i, m := range of.members {
		terms[i] = m.terms
	}
	of.keywords = keyword.Select(terms, p.space, p.settings.Keywords)
	p.chooseRepresentatives(of)
	p.unsaved.cluster(of)
	p.publishAll(of)
}

func (p *Partition) chooseRepresentatives(of *meaning) {
	few := len(of.members) <= p.settings.Representatives
	for _, m := range of.members {
		m.represents = few
	}
	if few {
		return
	}
	candidates := make([]representative.Member, len(of.members))
	for i, m := range of.members {
		candidates[i] = representative.Member{Vector: p.space.Vector(m.terms), Labelled: of.solution != "" && i == 0}
	}
	for _, i := range representative.Select(candidates, p.settings.Representatives) {
		of.members[i].represents = true
	}
}

// maxDescribed is the size of a meaning up to which its description follows every
// change at once. A larger one is described as often as it doubles, so that a
// member costs no more there.
const maxDescribed = 16

func (m *meaning) isDescribedNow() bool {
	n := len(m.members)
	return n <= maxDescribed || n&(n-1) == 0
}
