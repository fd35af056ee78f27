// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"slices"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// addContexts enters e under each of its skeletons with one word replaced by a
// slot, and opens those that have shown enough words.
func (m *Miner[P]) addContexts(e *Entry[P], s *skeleton) {
	for _, i := range m.enter(e, s) {
		m.open(e, i)
	}
}

// enter returns the positions that have shown enough words. Variable text at a
// position is entered too: where one line has a number and others names.
func (m *Miner[P]) enter(e *Entry[P], s *skeleton) (ripe []int) {
	m.addForm(e, s.form)
	m.addKin(e, s)
	for _, i := range s.slots {
		key := at(s.without(s.hash, i), i)
		c, known := m.contexts[key]
		if !known {
			m.bytes += contextBytes
		}
		if c.one == nil {
			c.one = e
		} else if len(c.more) < needStrict {
			c.more = append(c.more, e)
			m.bytes += memberBytes
		}
		c.count(e, s.units[i].Unit, 1)
		m.contexts[key] = c
		if (len(c.more) > 0 || s.isPerson(i)) && c.ripe(s, i) {
			ripe = append(ripe, i)
		}
	}
	return ripe
}

// count adds a member, by what it has at the position, or takes it away.
func (c *context[P]) count(e *Entry[P], u mask.Unit, by int16) {
	if e.slots > 0 {
		c.generals += by
	}
	if u.Kind == mask.Var && u.Const == "" {
		c.vars += by
		return
	}
	if u.Kind == mask.Word && participle(u.Const) {
		return // a word that may say what happened shows nothing
	}
	c.words += by
	switch {
	case u.Kind == mask.Var:
		c.numbered += by
	case capitals(u.Const):
		c.capitals += by
	case lower(u.Const):
		c.names += by
	}
}

// ripe is true when what position i showed is enough to call it variable.
func (c *context[P]) ripe(s *skeleton, i int) bool {
	n := int(c.words)
	if c.vars > 0 {
		n += varWeight
	}
	return c.words > 0 && n >= c.need(s, i) && s.keeps(i)
}

// need is how many distinct words position i must show. Words all in capitals,
// words that say what became of something, and words that each have variable
// text of their own after generalisation are likely to be states.
func (c *context[P]) need(s *skeleton, i int) int {
	named := c.numbered < c.words && s.isNamed(i)
	object := s.isObject(i) && c.generals < 2
	switch {
	case s.isFirst(i), s.isKey(i), c.capitals == c.words, s.isMeaning(i):
		return needStrict
	case s.isPerson(i):
		return needFirst
	case c.alike(s, i):
		return needPlain
	case (named || object) && c.names > 0 && c.names+c.numbered == c.words && s.constants(i) >= minContext:
		return needPlain
	case named:
		return needName
	case c.generals > 1:
		return needStrict
	}
	return needWord
}

// alike is true when the word of s at position i is a name of the same make as that
// of the first member: unique_shop_id and unique_crm_id.
func (c *context[P]) alike(s *skeleton, i int) bool {
	u := &s.units[i]
	if u.Kind != mask.Word || !strings.Contains(u.Const, "_") {
		return false
	}
	units := mask.Decode(c.one.text, nil)
	return i < len(units) && sameMake(u.Const, units[i].Const)
}

// sameMake is true for names that begin and end with the same part, of which none
// between says what happened.
func sameMake(a, b string) bool {
	x, y := strings.Split(a, "_"), strings.Split(b, "_")
	if len(x) < 3 || len(y) < 3 || x[0] != y[0] || x[len(x)-1] != y[len(y)-1] || !lower(a) || !lower(b) {
		return false
	}
	return !slices.ContainsFunc(slices.Concat(x[1:len(x)-1], y[1:len(y)-1]), state)
}

// at is the key of the context that a skeleton is at position i.
func at(hash uint64, i int) uint64 { return hash ^ uint64(i+1)*0xd1342543de82ef95 }

func (c *context[P]) member(k int) *Entry[P] {
	if k == 0 {
		return c.one
	}
	return c.more[k-1]
}

// open makes the context of e at position i a generalisation, which joins its
// members and stands for all shapes to come.
func (m *Miner[P]) open(e *Entry[P], i int) {
	var s skeleton
	s.parse(e.text)
	key := s.without(s.hash, i)
	if m.generals[key] != nil {
		m.union(e.Template(), m.generals[key].Template())
		return
	}
	c := m.contexts[at(key, i)]
	units := s.raw
	units[i] = mask.Unit{Kind: mask.Var, Space: units[i].Space, Placeholder: mask.Any}
	var general, other skeleton
	general.parse(mask.EncodeUnits(units))
	t, slots := e.Template(), uint8(1)
	for k := range 1 + len(c.more) {
		member := c.member(k)
		if other.parse(member.text); !other.instanceOf(&general) {
			continue // made to collide
		}
		widen(units, other.raw)
		slots = max(slots, member.slots+1)
		t = m.union(t, member.Template())
	}
	m.seq++
	g := m.newGeneral(key, mask.EncodeUnits(units), e.birth, slots, t)
	m.record(g)
	s.parse(g.text)
	m.adopt(g, &s)
	if slots < maxSlots {
		m.addContexts(g, &s)
	}
}

func (m *Miner[P]) newGeneral(key uint64, text string, birth int64, slots uint8, t *Template[P]) *Entry[P] {
	g := &Entry[P]{shape: key ^ m.salt, text: text, birth: birth, seq: m.seq, slots: slots}
	m.bytes += entryBytes
	m.generals[key] = g
	m.attach(g, t)
	if more(g, t.shown.Load()) {
		t.shown.Store(g)
	}
	return g
}

// maxAdopt is how many shapes of a form are looked at, the newest first.
const maxAdopt = 128

// adopt joins the shapes and generalisations that g covers and that no context
// led to: those that differ in several words from what was known then.
func (m *Miner[P]) adopt(g *Entry[P], s *skeleton) {
	var other skeleton
	forms := m.forms[s.form]
	for k := len(forms) - 1; k >= max(0, len(forms)-maxAdopt); k-- {
		e := forms[k]
		if e.gone || e == g || e.Template() == g.Template() {
			continue
		}
		if other.parse(e.text); other.instanceOf(s) {
			m.union(g.Template(), e.Template())
		}
	}
}

// addForm remembers e by its form.
func (m *Miner[P]) addForm(e *Entry[P], form uint64) {
	list := m.forms[form]
	if len(list) == 2*maxAdopt {
		list = slices.Delete(list, 0, maxAdopt)
		m.bytes -= maxAdopt * memberBytes
	}
	m.forms[form] = append(list, e)
	m.bytes += memberBytes
}

// dropForm forgets it again.
func (m *Miner[P]) dropForm(e *Entry[P], form uint64) {
	list := m.forms[form]
	if k := slices.Index(list, e); k >= 0 {
		list = slices.Delete(list, k, k+1)
		m.bytes -= memberBytes
	}
	if len(list) == 0 {
		delete(m.forms, form)
	} else {
		m.forms[form] = list
	}
}

// maxSlots bounds how far a template generalises.
const maxSlots = 6

// widen makes the placeholders of a stand for those of b too.
func widen(a, b []mask.Unit) {
	for i := range a {
		if i < len(b) && b[i].Kind == mask.Var && a[i].Placeholder != b[i].Placeholder && a[i].Const == b[i].Const {
			a[i].Placeholder = mask.Any
		}
	}
}

// dropContexts takes e out of its contexts.
func (m *Miner[P]) dropContexts(e *Entry[P]) {
	var s skeleton
	s.parse(e.text)
	m.dropForm(e, s.form)
	m.dropKin(e, &s)
	for _, i := range s.slots {
		key := at(s.without(s.hash, i), i)
		c, known := m.contexts[key]
		if !known {
			continue
		}
		for k := range c.more {
			if c.more[k] == e {
				c.more = append(c.more[:k:k], c.more[k+1:]...)
				m.bytes -= memberBytes
				break
			}
		}
		c.count(e, s.units[i].Unit, -1)
		if c.one == e {
			c.one = nil
			if len(c.more) > 0 {
				c.one, c.more = c.more[0], c.more[1:]
				m.bytes -= memberBytes
			}
		}
		if c.one == nil {
			delete(m.contexts, key)
			m.bytes -= contextBytes
		} else {
			m.contexts[key] = c
		}
	}
}
