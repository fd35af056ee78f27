// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

const (
	// mostNeeds is how many windows are remembered, five days of hours.
	mostNeeds = 128
	// needed is after how many whole windows a value is recommended.
	needed = 1
	// longestNeed is the window whose highest point is learnt; longer ones are the
	// highest of several.
	longestNeed = time.Hour
	needMemory  = 60 // windows
)

// needs is what was needed beyond the crest of the forecast, window after window: its
// highest point less the highest mean that was said for it (split conformal, as the
// bounds are, but of the quantity that is to be provided for).
type needs struct {
	scores []float32 // a ring
	count  int64
	off    float64 // mean of the absolute scores
	size   float64 // mean of the absolute crests

	// The window that is open, and the highest point of the one before.
	from    int64 // 0 where none is
	crest   float64
	top     float64
	points  int64
	strange bool
	before  need

	quantile float64 // of the scores, derived
}

// need is the highest point of a window and what was said of it.
type need struct{ top, crest float64 }

// window is the time over which a highest point is learnt.
func (s *Stream) needWindow() int64 {
	return max(min(int64(s.cfg.window()), int64(longestNeed)), s.interval)
}

func (c *Config) window() time.Duration {
	if c.Window <= 0 {
		return longestNeed
	}
	return c.Window
}

// tell learns from a point what the window needed that it lies in.
func (s *Stream) tell(at int64, value float64) {
	n := &s.needs
	w := s.needWindow()
	if n.from != 0 && at > n.from+w {
		// Half of what should have come did, and it was no incident.
		if !n.strange && n.points > 0 && 2*n.points >= w/max(s.interval, 1)-1 && at-n.from <= 2*w {
			n.score(s.cfg.Quantile)
		}
		if n.points > 0 {
			n.before = need{n.top, n.crest}
		}
		n.from = 0
	}
	if n.from == 0 {
		return
	}
	if n.points == 0 || value > n.top {
		n.top = value
	}
	n.points++
	n.strange = n.strange || !s.ordinary()
}

// expect opens a window where none is.
func (s *Stream) expect() {
	n := &s.needs
	if n.from == 0 && len(s.curve.values) > 0 {
		n.from, n.points, n.strange = s.last, 0, !s.ordinary()
		n.crest = s.crest(0, time.Duration(s.needWindow()))
	}
}

func (n *needs) score(p float64) {
	more := n.top - n.crest
	rate := 1 / float64(min(n.count+1, needMemory))
	n.off += rate * (math.Abs(more) - n.off)
	n.size += rate * (math.Abs(n.crest) - n.size)
	score := float32(min(max(more/n.relative(n.crest), -largest), largest))
	if len(n.scores) < mostNeeds {
		if len(n.scores) == cap(n.scores) {
			n.scores = append(make([]float32, 0, min(mostNeeds, max(16, 2*len(n.scores)))), n.scores...)
		}
		n.scores = append(n.scores, score)
	} else {
		n.scores[n.count%mostNeeds] = score
	}
	n.count++
	n.settle(p)
}

// settle renews the quantile. Of few scores the next may well be beyond them all.
func (n *needs) settle(p float64) {
	if len(n.scores) == 0 {
		return
	}
	sorted := slices.Clone(n.scores)
	slices.Sort(sorted)
	count := len(sorted)
	rank := p * float64(count+1)
	n.quantile = float64(sorted[min(max(int(math.Ceil(rank)), 1), count)-1])
	if over := rank - float64(count); over > 0 {
		n.quantile += over * float64(sorted[count-1]-sorted[count/2])
	}
}

// crests are those of the coming hours.
func (s *Stream) crests() (of [24]float64) {
	for h := range of {
		of[h] = s.crest(time.Duration(h)*time.Hour, time.Duration(h+1)*time.Hour)
	}
	return of
}

// flatten has the scores go on when wider buckets have made crests lower: what most hours
// lost of theirs is needed beyond them now.
func (n *needs) flatten(was, is [24]float64, p float64) {
	var lost [24]float64
	for h := range lost {
		lost[h] = was[h] - is[h]
	}
	slices.Sort(lost[:])
	more := max(lost[12], 0)
	for i := range n.scores {
		n.scores[i] += float32(more)
	}
	n.crest -= more
	n.before.crest -= more
	n.settle(p)
}

// relative is how large scores are where the crest is of a size: they grow with its
// root, as errors do.
func (n *needs) relative(crest float64) float64 {
	if !(n.off > 0) {
		return 1
	}
	return min(max(math.Sqrt((math.Abs(crest)+n.off)/(n.size+n.off)), 0.25), 4)
}

// crest is the highest mean between two horizons.
func (s *Stream) crest(from, to time.Duration) float64 {
	if len(s.curve.values) == 0 {
		return s.value
	}
	if int64(to-from) <= 2*hour {
		return s.top(from, to)
	}
	highest := s.mean(to)
	rest := max(s.deviation(from), 0)
	for h := from; h < to; h += time.Hour {
		highest = max(highest, s.curve.highest(s.last+int64(h), s.short, s.interval)-s.stale()+rest)
	}
	return highest
}

// top is the highest bucket of the curve that a short time touches, each with what is
// left of the deviation of now.
func (s *Stream) top(from, to time.Duration) float64 {
	c := &s.curve
	highest := math.Inf(-1)
	rest, stale := s.deviation(max(from, time.Duration(s.interval))), s.stale()
	fade := math.Pow(c.decay, float64(c.step)/float64(max(s.interval, 1)))
	first := c.position(s.last+int64(from)+s.interval, s.interval)
	last := c.position(s.last+int64(to), s.interval)
	for x := math.Round(first); x <= math.Round(last); x++ {
		back, over := c.fold(x, s.short)
		v := float64(c.values[int(max(x-back, 0))]) + over*float64(c.step)*c.slope
		highest = max(highest, v+rest-stale)
		rest *= fade
	}
	return highest
}

// recommended is what to provide between two horizons, that the highest point will stay
// below with the configured probability, with headroom. It is no less than what was
// needed before, unless the forecast falls, and holds what it was through an outage.
func (s *Stream) recommended(from, to time.Duration) float64 {
	n := &s.needs
	if n.count < needed {
		return 0
	}
	w := time.Duration(s.needWindow())
	near := s.scores.Scale(s.nearest(int64(w)))
	value := math.Inf(-1)
	for h := from; h < to; h += w {
		crest := s.crest(h, min(h+w, max(to, h+1)))
		more := n.quantile * n.relative(crest)
		if far := s.scores.Scale(s.nearest(int64(h + w))); more > 0 && near > 0 && far > near {
			more *= far / near
		}
		value = max(value, crest+more)
	}
	value += s.cfg.Headroom * math.Abs(value)
	if from == 0 { // what was needed came: no headroom
		value = max(value, n.floor(s.crest(0, min(w, to))))
	}
	if from == 0 && (s.sanity.held.sign < 0 || s.sanity.since != 0 && s.sanity.sign < 0) {
		value = max(value, s.sanity.sane)
	}
	return s.within(s.onLattice(value))
}

// floor is what was needed in the window before and in this one, less what the forecast
// has fallen by since.
func (n *needs) floor(crest float64) float64 {
	least := n.before.now(crest)
	if n.from != 0 && n.points > 0 {
		least = max(least, need{n.top, n.crest}.now(crest))
	}
	return least
}

// now is the same need under a crest that may be lower.
func (n need) now(crest float64) float64 {
	switch {
	case crest >= n.crest:
		return n.top
	case crest >= 0 && n.top > 0:
		return n.top * crest / n.crest
	}
	return n.top + crest - n.crest
}

func (n *needs) state(c *state.Codec, quantile float64) {
	c.Float32Slice(&n.scores, mostNeeds)
	c.Int64(&n.count)
	for _, v := range []*float64{&n.off, &n.size, &n.crest, &n.top, &n.before.top, &n.before.crest} {
		c.Finite(v)
	}
	c.Int64(&n.from)
	c.Int64(&n.points)
	c.Bool(&n.strange)
	c.Check(n.count >= int64(len(n.scores)) && (len(n.scores) == mostNeeds || n.count == int64(len(n.scores))) && n.points >= 0 && n.off >= 0 && n.size >= 0)
	c.Check(n.from > -farthest && n.from < farthest)
	for _, v := range n.scores {
		c.Check(v == v)
	}
	if c.Reading && c.Err == nil {
		n.settle(quantile)
	}
}
