// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package partition

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Answer is what is written on the records of a template. It is immutable.
type Answer struct {
	Template   string
	TemplateID string
	ClusterID  string
	Keywords   []string
	Solution   string
	Noise      bool
}

// member is a template within its category.
type member struct {
	template   *Template
	text       string        // of the template as it is now
	terms      feature.Terms // of text
	founding   []founding
	category   *category
	represents bool
	deferred   bool   // it came in a flood and was not looked at
	fresh      bool   // no window has clustered it
	promoted   bool   // it represents, or its terms changed, since the last window closed
	public     uint64 // the ID that its records carry; 0 before the first
}

// founding is what a template, or one that it absorbed, gave to the vocabulary
// when it was first seen.
type founding struct {
	shape uint64
	terms feature.Terms
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
			p.alias(knowledge.KindTemplate, id, m.template.ID())
		}
	}
	m.template.Payload.Store(&Answer{
		Template:   cmp.Or(m.text, emptyTemplate),
		TemplateID: FormatID(m.public),
		ClusterID:  FormatID(m.category.id),
		Keywords:   m.category.keywords,
		Solution:   m.category.solution,
		Noise:      m.category.noise,
	})
}

// FormatID writes an ID as 16 hex digits.
func FormatID(id uint64) string { return fmt.Sprintf("%016x", id) }

// category is a set of templates that mean the same: what users call a cluster.
// Its ID is that of the oldest template that was ever in it.
type category struct {
	id       uint64
	birth    int64
	members  []*member // in order of birth; never empty while it is in use
	keywords []string
	solution string
	noise    bool
}

func (c *category) older(than *category) bool {
	return c.birth < than.birth || c.birth == than.birth && c.id < than.id
}

func (c *category) represented() bool {
	return slices.ContainsFunc(c.members, func(m *member) bool { return m.represents })
}

// categories holds the categories of a partition and their members.
type categories struct {
	byID    map[uint64]*category
	members map[uint64]*member // by template ID
}

func newCategories() categories {
	return categories{byID: map[uint64]*category{}, members: map[uint64]*member{}}
}

func (m *member) compare(n *member) int {
	return cmp.Or(cmp.Compare(m.template.Birth(), n.template.Birth()), cmp.Compare(m.template.ID(), n.template.ID()))
}

// add puts a new member into a category.
func (s *categories) add(m *member, c *category) {
	m.category = c
	i := len(c.members) // where a new one belongs, unless it comes from elsewhere
	for i > 0 && m.compare(c.members[i-1]) < 0 {
		i--
	}
	c.members = slices.Insert(c.members, i, m)
	s.byID[c.id] = c
	s.members[m.template.ID()] = m
}

// remove takes a member out, and its category when it was the last.
func (s *categories) remove(m *member) {
	c := m.category
	i := slices.Index(c.members, m)
	c.members = slices.Delete(c.members, i, i+1)
	if len(c.members) == 0 {
		delete(s.byID, c.id)
	}
	delete(s.members, m.template.ID())
}

// join moves the members of b to a.
func (s *categories) join(a, b *category) {
	for _, m := range b.members {
		m.category = a
	}
	a.members = append(a.members, b.members...)
	slices.SortStableFunc(a.members, (*member).compare)
	b.members = nil
	delete(s.byID, b.id)
}

// now returns what became of a category that was snapshot, or nil.
func (s *categories) now(g group) *category {
	if c := s.byID[g.id]; c != nil {
		return c
	}
	for _, m := range g.members {
		if m := s.members[m.id]; m != nil {
			return m.category
		}
	}
	return nil
}

func (s *categories) len() int { return len(s.byID) }
