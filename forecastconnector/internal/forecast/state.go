// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

// version of the state's layout; it changes with the pool, whose errors are in it.
// Version 2 does not know the size of what was forecast, version 3 neither what was
// needed nor what is ordinary.
const version = 4

func (s *Stream) append(b []byte) []byte {
	c := state.Codec{Bytes: append(b, version), Version: version}
	if s.errors.Models == 0 {
		s.reset()
	}
	s.state(&c, s.cfg.Horizons)
	return c.Bytes
}

func (s *Stream) restore(b []byte) ([]byte, error) {
	if len(b) < 1 || b[0] < 2 || b[0] > version {
		return nil, state.ErrInvalid
	}
	s.reset()
	c := state.Codec{Bytes: b[1:], Version: b[0], Reading: true}
	s.state(&c, s.cfg.Horizons)
	return c.Bytes, c.Err
}

// state writes or reads everything. What was measured at other horizons than the
// configured ones is read and dropped.
func (s *Stream) state(c *state.Codec, horizons []time.Duration) {
	count := int64(len(horizons))
	c.Int64(&count)
	if c.Check(count > 0 && count <= 1000); c.Err != nil {
		return
	}
	written := slices.Clone(horizons)
	if c.Reading {
		written = make([]time.Duration, count)
	}
	for i := range written {
		h := int64(written[i])
		c.Int64(&h)
		written[i] = time.Duration(h)
	}
	s.clock(c)
	if c.Err != nil {
		return
	}
	books := s.books
	if c.Reading {
		books = make([]book, count)
	}
	for i := range books {
		books[i].state(c)
	}
	s.curve.state(c)
	s.errors.State(c)
	s.pending.State(c)
	s.scores.State(c)
	s.later(c)
	if c.Version < 3 {
		s.scores.Suppose(s.hist.Level())
	}
	c.Float32Slice(&s.weights, len(models))
	c.Float32Slice(&s.periods, 16)
	if c.Reading && c.Err == nil && !slices.Equal(written, horizons) {
		s.adapt(written, books)
	} else if c.Reading {
		s.books = books
	}
}

// adapt keeps, of a state with other horizons, what does not depend on them.
func (s *Stream) adapt(written []time.Duration, books []book) {
	old := s.known
	furthest := written[len(written)-1]
	s.reset()
	fresh := s.known
	s.known = old
	s.books = fresh.books
	for i, h := range s.cfg.Horizons {
		if j := slices.Index(written, h); j >= 0 {
			s.books[i] = books[j]
		}
	}
	if int64(furthest) != s.furthest() {
		s.errors, s.pending, s.scores, s.marks = fresh.errors, fresh.pending, fresh.scores, fresh.marks
		s.curve.stop()
		s.fitted = s.done - s.fitEvery()
	}
}

func (s *Stream) clock(c *state.Codec) {
	s.hist.State(c, 1<<20)
	c.Int64(&s.points)
	c.Int64(&s.last)
	c.Finite(&s.value)
	c.Int64(&s.interval)
	c.Finite(&s.jump)
	c.Finite(&s.lowest)
	c.Bool(&s.whole)
	c.Int64(&s.suspect)
	c.Int64(&s.late.Newest)
	c.Int64(&s.late.N)
	c.Int64(&s.done)
	c.Int64(&s.fitted)
	c.Int64(&s.searched)
	c.Int64(&s.short)
	c.Int64(&s.long)
	c.Int64(&s.step)
	if !c.Reading || c.Err != nil {
		return
	}
	c.Check(s.points >= 0 && s.interval >= 0 && s.late.Valid())
	c.Check(s.last < farthest && s.last > -farthest)
	c.Check(s.points == 0 || (s.hist.Bucket(s.last) == s.hist.Open() && s.done >= s.hist.Open() && s.done <= s.hist.Open()+1))
	c.Check(s.fitted <= s.done && s.searched <= s.done)
	const longest = 1 << 20
	c.Check((s.short == 0) == (s.long == 0) && s.short >= 0 && s.short <= longest && s.long >= s.short && s.long <= longest)
}

// later writes or reads what version 4 brought. Of an older state it begins anew, from
// what the history shows.
func (s *Stream) later(c *state.Codec) {
	if c.Version < 4 {
		s.begun()
		return
	}
	c.Finite(&s.highest)
	c.Int64(&s.tops)
	c.Bool(&s.counted)
	c.Int64(&s.began)
	c.Check(s.tops >= 0 && s.tops <= s.points && (s.points == 0 || s.began > -farthest && s.began <= s.last))
	for k := range s.marks {
		s.marks[k].state(c)
	}
	s.needs.state(c, s.cfg.Quantile)
	s.sanity.state(c)
}

// begun takes what can be known of a stream from its history.
func (s *Stream) begun() {
	if s.points == 0 {
		return
	}
	s.highest, s.began = s.value, min(s.hist.First()*s.hist.Step(), s.last)
	s.sanity.begin(s.last, s.value)
	for i := range s.hist.Len() {
		if v := s.hist.At(i); !math.IsNaN(v) {
			s.highest = max(s.highest, v)
			s.sanity.widen(s.last, v)
		}
	}
}

func (k *curve) state(c *state.Codec) {
	c.Int64(&k.at)
	c.Int64(&k.step)
	c.Float32Slice(&k.values, 1<<20)
	c.Check(len(k.values) == 0 || k.step > 0)
	if c.Reading && c.Err == nil && len(k.values) > 0 {
		k.summits()
	}
	for _, v := range []*float64{&k.slope, &k.lags[0], &k.lags[1], &k.lags[2], &k.lags[3], &k.cov[0], &k.cov[1], &k.cov[2], &k.decay, &k.trust, &k.offset} {
		c.Finite(v)
	}
	c.Int64(&k.seen)
}

func (b *book) state(c *state.Codec) {
	c.Int64(&b.count)
	c.Int64(&b.points)
	c.Finite(&b.coverage)
	c.Finite(&b.err)
	if c.Check(b.count >= 0 && b.count <= int64(len(b.made)) && b.points >= 0); c.Err != nil {
		b.count = 0
		return
	}
	for i := range b.count {
		e, due := &b.made[b.place(i)], &b.due[b.place(i)]
		c.Int64(due)
		v := [3]float32{e.mean, e.lower, e.upper}
		c.Float32s(v[:])
		e.mean, e.lower, e.upper = v[0], v[1], v[2]
		c.Check(i == 0 || *due > b.due[b.place(i-1)])
	}
}

func (s *Stream) size() int {
	marks := 0
	for k := range s.marks {
		marks += s.marks[k].size()
	}
	return int(unsafe.Sizeof(*s)) + marks + s.hist.Size() + s.errors.Size() + s.pending.Size() + s.scores.Size() +
		len(s.books)*int(unsafe.Sizeof(book{})) + 4*(cap(s.curve.values)+cap(s.curve.tops)+cap(s.weights)+cap(s.periods)+cap(s.needs.scores))
}
