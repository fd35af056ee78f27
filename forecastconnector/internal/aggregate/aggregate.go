// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package aggregate makes one stream of several that come and go: the sum, the mean or
// the highest of its members, slot by slot of event time.
//
// A slot is complete when every live member has said what it has to say in it, or when
// a member's clock is a whole slot past its end. A member is live until it has missed
// two of its points, and no less than for two slots; until then its last value stands
// in for what is missing. A slot in which fewer than half of the live members spoke is
// left out: it says more about the way here than about the members.
package aggregate

import (
	"cmp"
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// Function is how members become one.
type Function string

// The functions.
const (
	Sum  Function = "sum"
	Mean Function = "mean"
	Max  Function = "max"
)

// missed is how many of a member's intervals go by until it is not live any more.
const missed = 2.5

// Group is the members of one aggregate. The zero value has none.
type Group struct {
	Function Function
	Slot     int64 // width, in ns

	open    int64     // number of the slot that is open; 0 where none is
	newest  int64     // time of the newest value
	members []*member // by id
}

// member is one stream.
type member struct {
	id        series.ID
	number    measure.Number
	histogram *measure.Histogram
	every     int64   // least time between two points
	at        int64   // time of the last value, 0 where there was none
	value     float64 // that one
	had       bool    // there is a value from before the slot after the open one
	before    float64 // the last of these
	slots     [2]part // of the open slot and of the one after it
}

// part is what a member said in a slot.
type part struct {
	n            int64
	sum, highest float64
}

// Value is an aggregate and the begin of its slot, which is never ahead of the members.
type Value struct {
	At    int64
	Value float64
}

// Len is the number of members.
func (g *Group) Len() int { return len(g.members) }

// Add learns a point of a member, and calls out with each slot that is complete by it,
// in order. A new member is refused unless room says that there is some.
func (g *Group) Add(id series.ID, p *measure.Sample, room func() bool, out func(Value)) (outcome measure.Outcome, known bool) {
	m := g.member(id)
	if m == nil {
		if !room() {
			return measure.OK, false
		}
		m = g.join(id)
	}
	last := m.last()
	value, outcome := m.read(p)
	if last != 0 && p.At > last && (outcome == measure.OK || outcome == measure.Reset) && (m.every == 0 || p.At-last < m.every) {
		m.every = p.At - last
	}
	if outcome != measure.OK {
		return outcome, true
	}
	slot := floor(p.At, g.Slot)
	if g.open == 0 {
		g.open = slot
	}
	if slot < g.open {
		return measure.Late, true
	}
	g.newest = max(g.newest, p.At)
	for g.open < slot-1 || g.open < slot && p.At >= (g.open+2)*g.Slot {
		g.close(out, slot)
	}
	s := &m.slots[slot-g.open]
	if s.n == 0 || value > s.highest {
		s.highest = value
	}
	s.n++
	s.sum += value
	m.at, m.value = p.At, value
	if slot == g.open {
		m.had, m.before = true, value
	}
	for g.open <= slot && g.complete() {
		g.close(out, slot)
	}
	return measure.OK, true
}

// End ends a member: its source said that there is no value any more.
func (g *Group) End(id series.ID) {
	if i, ok := g.find(id); ok {
		g.members = slices.Delete(g.members, i, i+1)
	}
}

// complete says that all live members have said what they have to say in the open slot.
func (g *Group) complete() bool {
	end := (g.open + 1) * g.Slot
	for _, m := range g.members {
		if m.live(end, g.Slot) && (m.every == 0 || m.last()+m.every < end) {
			return false
		}
	}
	return true
}

// close ends the open slot; the next one is open then, or where nobody is left, that of
// the newest point.
func (g *Group) close(out func(Value), slot int64) {
	end := (g.open + 1) * g.Slot
	var sum, n, spoke float64
	highest := math.Inf(-1)
	kept := g.members[:0]
	for _, m := range g.members {
		if !m.live(end, g.Slot) {
			continue
		}
		kept = append(kept, m)
		if m.had {
			value, top := m.before, m.before
			if s := m.slots[0]; s.n > 0 {
				value, top = s.sum/float64(s.n), s.highest
			}
			if m.slots[0].n > 0 || float64(end-m.last()) <= 1.5*float64(m.every) {
				spoke++
			}
			n++
			sum += value
			highest = max(highest, top)
		}
		m.slots[0], m.slots[1] = m.slots[1], part{}
		if m.slots[0].n > 0 {
			m.had, m.before = true, m.value
		}
	}
	clear(g.members[len(kept):])
	g.members = kept
	g.open++
	if n == 0 {
		g.open = max(g.open, slot)
	}
	if n == 0 || 2*spoke < n {
		return
	}
	switch g.Function {
	case Mean:
		sum /= n
	case Max:
		sum = highest
	}
	out(Value{end - g.Slot, sum})
}

// live says whether a member still counts at the end of a slot.
func (m *member) live(end, slot int64) bool {
	return float64(end-m.last()) <= max(missed*float64(m.every), float64(2*slot))
}

func (m *member) last() int64 {
	if m.histogram != nil {
		return m.histogram.At()
	}
	return m.number.At()
}

// read is the number that a point gives: of a histogram, the rate of its observations.
func (m *member) read(p *measure.Sample) (float64, measure.Outcome) {
	if p.Distribution == nil {
		return m.number.ReadExact(p.Kind, p.Start, p.At, p.Value, p.Rest)
	}
	if m.histogram == nil {
		m.histogram = new(measure.Histogram)
	}
	var r measure.Reading
	outcome := m.histogram.Read(p.Kind == measure.Delta, p.Distribution, nil, &r)
	return r.Rate, outcome
}

func (g *Group) find(id series.ID) (int, bool) {
	return slices.BinarySearchFunc(g.members, id, func(m *member, id series.ID) int { return cmp.Compare(m.id, id) })
}

func (g *Group) member(id series.ID) *member {
	if i, ok := g.find(id); ok {
		return g.members[i]
	}
	return nil
}

func (g *Group) join(id series.ID) *member {
	i, _ := g.find(id)
	m := &member{id: id}
	g.members = slices.Insert(g.members, i, m)
	return m
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Append adds the group, without its function and slot, to a snapshot.
func (g *Group) Append(b []byte) []byte {
	b = codec.AppendInt64(b, g.Slot)
	b = codec.AppendInt64(b, g.open)
	b = codec.AppendInt64(b, g.newest)
	b = codec.AppendUvarint(b, uint64(len(g.members)))
	for _, m := range g.members {
		b = codec.AppendUint64(b, uint64(m.id))
		b = m.number.Append(b)
		b = codec.AppendBool(b, m.histogram != nil)
		if m.histogram != nil {
			b = m.histogram.Append(b)
		}
		b = codec.AppendInt64(b, m.at)
		b = codec.AppendInt64(b, m.every)
		b = codec.AppendFloat64(b, m.value)
		b = codec.AppendBool(b, m.had)
		b = codec.AppendFloat64(b, m.before)
		for _, s := range m.slots {
			b = codec.AppendInt64(b, s.n)
			b = codec.AppendFloat64(b, s.sum)
			b = codec.AppendFloat64(b, s.highest)
		}
	}
	return b
}

// memberSize is the fewest bytes that a member appends.
const memberSize = 100

// Restore reads what Append wrote; the reader keeps the error.
func (g *Group) Restore(r *codec.Reader) {
	g.Slot = r.Int64()
	if g.Slot <= 0 {
		r.Fail()
	}
	g.open, g.newest = r.Int64(), r.Int64()
	g.members = make([]*member, r.Len(int(r.Uvarint()), memberSize))
	for i := range g.members {
		m := &member{id: series.ID(r.Uint64())}
		m.number.Restore(r)
		if r.Bool() {
			m.histogram = new(measure.Histogram)
			m.histogram.Restore(r)
		}
		m.at, m.every, m.value = r.Int64(), r.Int64(), r.Float64()
		m.had, m.before = r.Bool(), r.Float64()
		for k := range m.slots {
			m.slots[k] = part{r.Int64(), r.Float64(), r.Float64()}
			if m.slots[k].n < 0 {
				r.Fail()
			}
		}
		if i > 0 && g.members[i-1].id >= m.id {
			r.Fail()
		}
		g.members[i] = m
	}
	if r.Err() != nil {
		*g = Group{}
	}
}
