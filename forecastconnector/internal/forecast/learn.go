// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/history"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/interval"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/pool"
	"github.com/otelcol-aiops/otelcol-aiops/internal/behind"
)

const (
	day  = int64(24 * time.Hour)
	week = 7 * day
	hour = int64(time.Hour)

	// scored is how many horizons models and bounds are scored at, in a geometric
	// row from the furthest one to nearest, or by halves where that is enough.
	scored  = interval.Horizons
	nearest = 10 * time.Minute
	// farthest is the last time that is believed, in nanoseconds from 1970.
	farthest = int64(1) << 61
	// largest is the last value that is believed: errors, several times as large,
	// are kept in 32 bits.
	largest = 1e30
)

// known is what a stream has learnt.
type known struct {
	hist     history.Series
	points   int64
	last     int64   // event time of the last point
	value    float64 // of the last point
	interval int64   // the least time between two points
	jump     float64 // mean absolute difference of successive points
	lowest   float64
	highest  float64
	tops     int64 // points at the highest
	whole    bool  // every value was a whole number
	counted  bool  // every value times the time since the point before was one
	began    int64 // event time of the first point

	suspect int64      // a time far ahead that the next point must confirm, else 0
	late    behind.Run // the points in a row that lie before the last one

	done     int64 // the first bucket that is not complete
	fitted   int64 // done at the last fit
	searched int64 // done at the last search for periods
	short    int64 // the short season in steps, 0 where not searched yet
	long     int64 // the long season in steps
	step     int64 // how many buckets before the last fit the level changed, 0 where it did not

	curve   curve
	errors  pool.Errors
	pending pool.Pending
	scores  interval.Scores
	marks   [scored]marks
	needs   needs
	sanity  sanity
	books   []book
	weights []float32 // of the models, mean over the horizons
	periods []float32 // lengths in steps of those found
}

func (s *Stream) reset() {
	s.known = known{
		errors:  pool.NewErrors(len(models), scored),
		pending: pool.NewPending(len(models), scored),
		books:   make([]book, len(s.cfg.Horizons)),
	}
}

func (s *Stream) update(at int64, value float64) bool {
	if math.IsNaN(value) || math.Abs(value) > largest || at > farthest || at < -farthest {
		return false
	}
	if s.points == 0 {
		s.hist = history.New(at, 0, value)
		s.lowest, s.highest, s.whole, s.counted = value, value, true, true
		s.began = at
		s.sanity.begin(at, value)
		s.done = s.hist.Open()
		s.learn(at, value, 0)
		return true
	}
	if !s.inTime(at) {
		return false
	}
	s.admit(at, value)
	return true
}

// learn learns a point; sign says that it is strange, see there.
func (s *Stream) learn(at int64, value float64, sign int64) {
	if s.points > 0 {
		s.pace(at, value)
		s.follow(at, value, sign)
	}
	rung := s.hist.Rung()
	s.hist.Add(at, value, s.cfg.Buckets)
	if s.hist.Rung() != rung {
		s.coarsened()
	}
	s.grid(at, value)
	s.points, s.last, s.value = s.points+1, at, value
	s.complete()
	s.deviate(at, value)
	s.mark()
	s.tell(at, value)
	s.expect()
	s.note()
}

// inTime says whether a time can be learnt from. A jump of more than a day ahead
// must be confirmed by the next point, one back by several in order: a stray
// point must not end the history.
func (s *Stream) inTime(at int64) bool {
	switch {
	case at > s.last+day+2*s.interval:
		if s.suspect == 0 || at < s.suspect {
			s.suspect = at
			return false
		}
	case at <= s.last:
		if !s.late.Add(at) {
			return false
		}
		s.rewind(at)
	}
	s.suspect = 0
	s.late.End()
	return true
}

// rewind forgets what lies after the time at.
func (s *Stream) rewind(at int64) {
	s.hist.Rewind(at)
	s.pending.Clear()
	s.marks = [scored]marks{}
	s.began = min(s.began, at-1)
	s.sanity.rewind(at)
	s.needs.from = 0
	s.books = make([]book, len(s.cfg.Horizons))
	s.last = at - max(s.interval, 1)
	s.done = min(s.done, s.hist.Open())
	s.fitted, s.searched = min(s.fitted, s.done), min(s.searched, s.done)
	s.curve.stop()
}

// pace learns the time between points, and has the history start with buckets
// that hold one point each, or more.
func (s *Stream) pace(at int64, value float64) {
	s.jump += (math.Abs(value-s.value) - s.jump) / float64(min(s.points, 100))
	if d := at - s.last; s.interval == 0 || d < s.interval {
		s.interval = d
	}
	if s.points >= 4 {
		return
	}
	for r := s.hist.Rung(); r < len(history.Ladder); r++ {
		if history.Ladder[r] >= s.interval || r == len(history.Ladder)-1 {
			if r > s.hist.Rung() {
				s.hist.Coarsen(r)
				s.coarsened()
			}
			return
		}
	}
}

// coarsened starts anew what counts in buckets.
func (s *Stream) coarsened() {
	s.done = s.hist.Open()
	s.fitted, s.searched, s.short, s.long = math.MinInt64/2, math.MinInt64/2, 0, 0
	s.pending.Clear()
}

// complete scores what was said about the buckets that are now complete: those
// behind the open one, and the open one when the next point will be in another.
func (s *Stream) complete() {
	done := s.hist.Open()
	if s.interval > 0 && s.hist.Bucket(s.last+s.interval) > s.hist.Open() {
		done++
	}
	if done-s.done > int64(s.cfg.Buckets) { // a gap that nothing reaches over
		s.done = done
		s.pending.Clear()
	}
	for ; s.done < done; s.done++ {
		s.score(s.done)
	}
}

// score compares what the models said about a bucket with its mean.
func (s *Stream) score(bucket int64) {
	mean := s.hist.Mean(bucket)
	s.pending.Take(bucket, func(k int, said []float32) {
		if math.IsNaN(mean) {
			return
		}
		for m, v := range said[1:] {
			if v == v {
				s.errors.Score(m, k, math.Abs(float64(v)-mean))
			}
		}
	})
}

// part is where in the short season the time is, from 0 to less than 1.
func (s *Stream) part(at int64) float64 {
	cycle := s.short * s.hist.Step()
	if cycle <= 0 {
		cycle = day
	}
	return float64(((at%cycle)+cycle)%cycle) / float64(cycle)
}

// furthest is the longest horizon.
func (s *Stream) furthest() int64 { return int64(s.cfg.Horizons[len(s.cfg.Horizons)-1]) }

// ratio of successive scored horizons, as a logarithm to base 2.
func (s *Stream) ratio() float64 {
	return max(1, math.Log2(float64(s.furthest())/float64(nearest))/(scored-1))
}

// horizon is the scored horizon k, the furthest one first.
func (s *Stream) horizon(k int) float64 {
	return float64(s.furthest()) * math.Exp2(-float64(k)*s.ratio())
}

// steps is the scored horizon k in buckets, 0 where it is shorter than one.
func (s *Stream) steps(k int) int64 { return int64(s.horizon(k) / float64(s.hist.Step())) }

// between finds the scored horizons around h: it lies the fraction f of the way,
// in logarithms, from k to the next shorter one, k+1. Below one bucket there are
// none.
func (s *Stream) between(h int64) (k int, f float64) {
	ratio := s.ratio()
	far := math.Log2(float64(s.furthest()))
	x := (far - math.Log2(float64(max(h, 1)))) / ratio
	shortest := min(math.Floor((far-math.Log2(float64(s.hist.Step())))/ratio+1e-9), scored-1)
	switch {
	case x <= 0 || shortest <= 0:
		return 0, 0
	case x >= shortest:
		return int(shortest), 0
	}
	return int(x), x - math.Floor(x)
}

// deviate corrects the forecast by how far the point is from it.
func (s *Stream) deviate(at int64, value float64) {
	if len(s.curve.values) > 0 {
		s.curve.observe(value-s.curve.value(at, s.short, s.interval)+s.curve.beyond(at, s.short, s.interval), s.ordinary())
	}
}
