// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"
	"unsafe"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

const (
	// mostMarks is how many forecasts of a horizon are under way at a time, at most.
	mostMarks = 18
	// apart is how far apart forecasts of short horizons are scored: the scores that
	// are kept are then of days.
	apart = int64(30 * time.Minute)
	// keptMark says that every so many marks one is kept as a score. All of them steer.
	keptMark = 3
)

// marks are the forecasts of one scored horizon that the bounds will be made from.
// They are made at moments that drift through the hour and the day: what comes at the
// same minute each hour must not decide what is scored, nor be missed by it.
type marks struct {
	waiting []mark // oldest first
	made    int64  // so far
	next    int64  // time from which the next one is made
}

type mark struct {
	due                int64
	mean, lower, upper float32
	kept               bool
}

// spacing is the time to the next mark of horizon h of a stream of an age: short for a
// young one, for which everything is news.
func (m *marks) spacing(h, age, interval int64) int64 {
	gap := max(min(max(h/mostMarks, apart), max(age/16, h/mostMarks)), interval)
	_, part := math.Modf(float64(m.made) * (math.Phi - 1))
	return int64(float64(gap) * (0.6 + 0.8*part))
}

// keeps says whether the next mark is kept as a score: one for each sixth of the
// horizon, as those of the models are, or each that comes where these are further apart.
func (m *marks) keeps(h, age int64) bool {
	return h <= int64(mostMarks/keptMark)*apart || age < h || m.made%keptMark == 0
}

// mark scores the forecasts that are due, by the point that was just learnt, and notes
// new ones. What came in an incident says nothing about the bounds of other times.
func (s *Stream) mark() {
	for k := range s.marks {
		m := &s.marks[k]
		done := 0
		for ; done < len(m.waiting) && m.waiting[done].due <= s.last; done++ {
			if one := &m.waiting[done]; s.last-one.due < max(s.interval, s.hist.Step()) && s.ordinary() {
				s.compare(k, one)
			}
		}
		m.waiting = m.waiting[:copy(m.waiting, m.waiting[done:])]
		h, age := int64(s.horizon(k)), s.last-s.began
		if s.last < m.next || s.steps(k) < 1 || len(m.waiting) == mostMarks || s.points < 2 || len(s.curve.values) == 0 {
			continue
		}
		if s.interval > 0 { // for a moment at which a point should come
			h = max((h+s.interval/2)/s.interval, 1) * s.interval
		}
		p := s.Forecast(time.Duration(h))
		if len(m.waiting) == cap(m.waiting) { // grow by less than append would
			m.waiting = append(make([]mark, 0, len(m.waiting)+4), m.waiting...)
		}
		m.waiting = append(m.waiting, mark{s.last + h, float32(p.Mean), float32(p.Lower), float32(p.Upper), m.keeps(h, age)})
		m.made++
		m.next = s.last + m.spacing(h, age, s.interval)
	}
}

// compare scores a forecast by the last point. One that lies on a bound, as those of
// constants and small counts do, says nothing about the width.
func (s *Stream) compare(k int, one *mark) {
	if one.kept {
		s.scores.Add(k, s.part(one.due), float64(one.mean), s.value)
	}
	if v := float32(s.value); v != one.lower && v != one.upper {
		s.scores.Steer(k, one.lower < v && v < one.upper, s.cfg.Coverage)
	}
}

func (m *marks) state(c *state.Codec) {
	n := int64(len(m.waiting))
	c.Int64(&n)
	c.Int64(&m.made)
	c.Int64(&m.next)
	if c.Check(n >= 0 && n <= mostMarks && m.made >= 0); c.Err != nil {
		return
	}
	if c.Reading {
		m.waiting = make([]mark, n)
	}
	for i := range m.waiting {
		one := &m.waiting[i]
		c.Int64(&one.due)
		for _, v := range []*float32{&one.mean, &one.lower, &one.upper} {
			c.Float32(v)
			c.Check(*v == *v)
		}
		c.Bool(&one.kept)
		c.Check(i == 0 || one.due >= m.waiting[i-1].due)
	}
}

func (m *marks) size() int { return cap(m.waiting) * int(unsafe.Sizeof(mark{})) }
