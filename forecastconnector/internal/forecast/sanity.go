// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

const (
	// A value is unheard of when it lies beyond all of the last week or two by more than
	// strangePart of what these span, and strangeLevel of the largest of them; or, where
	// nothing is negative, below lowPart of the lowest.
	strangePart  = 0.5
	strangeLevel = 0.1
	lowPart      = 0.5
	// An outage is also what falls below shortPart of what was planned, by more than
	// shortNoise times the usual error.
	shortPart  = 0.5
	shortNoise = 5.0

	// longestHigh and longestLow are how long an incident lasts, at most; what lasts
	// longer is the new level.
	longestHigh = 6 * hour
	longestLow  = 12 * hour

	// A single value is held back from the firstHeld-th on, and an incident forgotten
	// from a day on: before, everything is unheard of.
	firstHeld = 30
	// oddTimes is how often a single value of a size comes in a week until it is taken
	// to belong to the stream.
	oddTimes = 3
	// sameTime is how far apart incidents of two days begin that are one and the same.
	sameTime  = int64(45 * time.Minute)
	incidents = 8
	planned   = 25 // hours
)

// sanity tells wrong samples and incidents from what a stream does.
type sanity struct {
	low, high       float64 // of the values since epoch
	lowWas, highWas float64 // of the week before
	epoch           int64   // when the week began

	held     held    // the last point, when it waits for the next one to confirm it
	oddSize  float64 // how far beyond the range the last single value was
	oddAt    int64
	oddCount int64

	since int64   // when the incident began that is on, 0 where none is
	sign  int64   // of it: 1 above, -1 below
	until int64   // the last strange point
	back  int64   // points in order since
	sane  float64 // what was recommended before an outage
	past  [incidents]incident

	planFrom int64 // hour since 1970 of the first planned value
	plan     [planned]float32
}

type held struct {
	at, sign int64
	value    float64
}

// incident is one that was forgotten.
type incident struct{ at, length int64 }

// span are the least and the greatest value of the last week or two.
func (x *sanity) span() (low, high float64) { return min(x.low, x.lowWas), max(x.high, x.highWas) }

// widen takes a value for one that the stream can have.
func (x *sanity) widen(at int64, v float64) {
	if at-x.epoch > week {
		x.lowWas, x.highWas, x.epoch = x.low, x.high, at
		x.low, x.high = v, v
	}
	x.low, x.high = min(x.low, v), max(x.high, v)
}

func (x *sanity) begin(at int64, v float64) {
	*x = sanity{low: v, high: v, lowWas: v, highWas: v, epoch: at}
}

// rewind forgets what lies after a time.
func (x *sanity) rewind(at int64) {
	x.held, x.since, x.planFrom, x.past = held{}, 0, 0, [incidents]incident{}
	x.epoch, x.oddAt, x.until = min(x.epoch, at), min(x.oddAt, at), min(x.until, at)
}

// ordinary says that the last point was none of an incident.
func (s *Stream) ordinary() bool { return s.sanity.since == 0 }

// strange is 1 for a value that is too high to be believed at once, -1 for one too low.
func (s *Stream) strange(at int64, v float64) int64 {
	low, high := s.sanity.span()
	slack := max(strangePart*(high-low), strangeLevel*max(math.Abs(high), math.Abs(low)))
	switch {
	case v > high+slack:
		return 1
	case v < low-slack || s.lowest >= 0 && v < lowPart*low:
		return -1
	}
	if want, ok := s.sanity.wanted(at); ok && s.lowest >= 0 && v < shortPart*want && want-v > shortNoise*s.scores.Scale(s.nearest(hour)) {
		return -1
	}
	return 0
}

// wanted is what was planned for a time.
func (x *sanity) wanted(at int64) (float64, bool) {
	i := floor(at, hour) - x.planFrom
	if x.planFrom == 0 || i < 0 || i >= planned {
		return 0, false
	}
	return float64(x.plan[i]), true
}

// think plans the coming day, unless an incident is on, from the curve just made: the
// lowest of each hour.
func (s *Stream) think() {
	if !s.ordinary() || s.last-s.began < day {
		return
	}
	x := &s.sanity
	x.planFrom = floor(s.last, hour)
	for i := range x.plan {
		at := (x.planFrom + int64(i)) * hour
		lowest := math.Inf(1)
		for quarter := at; quarter < at+hour; quarter += max(hour/12, min(s.curve.step, hour)) {
			lowest = min(lowest, s.curve.value(max(quarter, s.curve.at), s.short, s.interval))
		}
		x.plan[i] = float32(lowest)
	}
}

// admit learns a point, or holds back what no one has heard of until the next point
// says the same. A single wrong sample, of whatever size, is so never learnt.
func (s *Stream) admit(at int64, value float64) {
	x := &s.sanity
	sign := s.strange(at, value)
	if h := x.held; h.at != 0 {
		x.held = held{}
		if sign == h.sign && at > h.at {
			s.learn(h.at, h.value, sign)
			sign = s.strange(at, value)
		} else if x.odd(h) {
			s.learn(h.at, h.value, 0)
		}
	} else if sign != 0 && x.since == 0 && s.points >= firstHeld && at-s.last < day {
		if sign < 0 {
			x.sane = s.recommended(0, s.cfg.window())
		}
		x.held = held{at, sign, value}
		return
	}
	s.learn(at, value, sign)
}

// odd counts single values, and says that ones of this size come again and again.
func (x *sanity) odd(h held) bool {
	low, high := x.span()
	size := max(h.value-high, low-h.value)
	if h.at-x.oddAt > week || size < x.oddSize/2 || size > 2*x.oddSize {
		x.oddCount = 0
	}
	x.oddSize, x.oddAt = size, h.at
	x.oddCount++
	if x.oddCount < oddTimes {
		return false
	}
	x.oddCount = 0
	return true
}

// follow knows when an incident begins, when it is over and when it is none, since it
// lasts. What was one is taken out of the history: it must not come back.
func (s *Stream) follow(at int64, value float64, sign int64) {
	x := &s.sanity
	switch {
	case sign != 0 && s.last-s.began >= day:
		if x.since == 0 {
			x.since, x.sign = at, sign
		}
		x.until, x.back = at, 0
		longest := longestHigh
		if x.sign < 0 {
			longest = longestLow
		}
		if at-x.since > longest {
			x.since, x.planFrom = 0, 0
			x.widen(at, value)
		}
	case x.since != 0:
		if x.back++; x.back >= 2 {
			s.over()
			x.widen(at, value)
		}
	default:
		x.widen(at, value)
	}
}

// over ends an incident. One that comes again, at the same time of another day or
// several times in two days, is none: it stays in the history and is ordinary.
func (s *Stream) over() {
	x := &s.sanity
	one := incident{x.since, x.until - x.since}
	x.since = 0
	same, near := 0, 0
	for _, p := range x.past {
		if p.at == 0 || one.at-p.at > 8*day {
			continue
		}
		if apart := (one.at - p.at + day/2) % day; apart-day/2 < sameTime && day/2-apart < sameTime && one.at-p.at > day/2 {
			same++
		}
		if one.at-p.at < 2*day {
			near++
		}
	}
	copy(x.past[:], x.past[1:])
	x.past[incidents-1] = one
	if same > 0 || near > 1 {
		s.recall(one)
		return
	}
	s.hist.Erase(s.hist.Bucket(one.at), s.hist.Bucket(one.at+one.length))
}

// recall takes for ordinary what an incident went to.
func (s *Stream) recall(one incident) {
	for b := s.hist.Bucket(one.at); b <= s.hist.Bucket(one.at+one.length); b++ {
		if v := s.hist.Mean(b); !math.IsNaN(v) {
			s.sanity.widen(s.last, v)
		}
	}
}

func (x *sanity) state(c *state.Codec) {
	for _, v := range []*float64{&x.low, &x.high, &x.lowWas, &x.highWas, &x.held.value, &x.oddSize, &x.sane} {
		c.Finite(v)
	}
	for _, v := range []*int64{&x.epoch, &x.held.at, &x.held.sign, &x.oddAt, &x.oddCount, &x.since, &x.sign, &x.until, &x.back, &x.planFrom} {
		c.Int64(v)
	}
	for i := range x.past {
		c.Int64(&x.past[i].at)
		c.Int64(&x.past[i].length)
	}
	c.Float32s(x.plan[:])
	c.Check(x.held.sign >= -1 && x.held.sign <= 1 && x.sign >= -1 && x.sign <= 1 && x.oddCount >= 0 && x.back >= 0)
	for _, at := range []int64{x.epoch, x.held.at, x.oddAt, x.since, x.until} {
		c.Check(at > -farthest && at < farthest)
	}
	for _, p := range x.past {
		c.Check(p.at > -farthest && p.at < farthest && p.length >= 0 && p.length < farthest)
	}
	for _, v := range x.plan {
		c.Check(v == v)
	}
}

func floor(at, unit int64) int64 {
	q := at / unit
	if at%unit < 0 {
		q--
	}
	return q
}
