// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "math"

// incident is a stretch in which the stream is off. It begins with a score of 1
// or more, holds while the values stay off the level from before, and ends when
// they are back for a while, or after Config.Adapt, when where they are is the
// new normal.
type incident struct {
	Begin  int64 // event time, ns
	Told   bool  // it was reported
	End    int64 // of the last value that was off
	Known  bool  // it recurs, and is not told until it outgrows what is known
	Summed bool  // no single value showed it
	Until  int64 // when it is longer than what is known
	Wild   bool  // errors had been larger than usual before it began
	Lean   bool  // it had been going there before it began
	Kind   Kind
	Back   Kind    // it is the end of a move away that went unseen
	N      int32   // values since the beginning
	Calm   int32   // values in a row that were not off
	Near   int32   // values in a row that were nearly zero
	Above  int32   // values off upwards
	Below  int32   // values off downwards
	From   float64 // the level before, without season
	Slow   float64 // the slow levels before
	Long   float64
	Inside float64 // level of the last values, without season
	Scale  float64 // sigma at the beginning
	Peak   float32 // highest score
	Off    float64 // the season's part half an hour before
	Far    float64 // farthest distance from the level before
	SumY   float64 // of the distance from the level before, in sigmas, and with
	SumTY  float64 // its time in values since the beginning: for a line through it
	SumYY  float64 // and of its square
}

const (
	// brief is how many values a spike or dip has at most.
	brief = 5
	// empty is the share of the expected value under which it is nearly nothing.
	empty = 0.3
	// outage is the share of it under which a service is taken to be off.
	outage = 0.05
)

// home is a level that was given up for a new normal.
type home struct {
	At    int64   // when that was, event time, ns
	Level float64 // without season
	Away  float64 // the new normal
	Known bool    // that it was left had been known
	Off   float64 // the season's part before that
	Scale float64 // sigma then
	Back  int32   // values in a row that are there again
}

// follow takes a value of an open incident: its distance from the level before
// in sigmas, and whether it is nearly nothing.
func (i *incident) follow(y float64, near, flagged bool) (off bool) {
	i.N++
	off = math.Abs(y) > offBeyond
	switch {
	case y > offBeyond:
		i.Above++
	case y < -offBeyond:
		i.Below++
	}
	if off || flagged {
		i.Calm = 0
	} else {
		i.Calm++
	}
	if near {
		i.Near++
	} else {
		i.Near = 0
	}
	y = max(-100, min(100, y))
	i.SumY += y
	i.SumTY += float64(i.N) * y
	i.SumYY += y * y
	return off
}

// kind is what the incident looks like so far. channel is what it was seen by.
func (i *incident) kind(channel int, up, wild bool, jump float32) Kind {
	few, many := min(i.Above, i.Below), max(i.Above, i.Below)
	n := float64(i.N)
	switch {
	case i.Back != None && i.N <= brief:
		return i.Back
	case i.Near >= 3:
		return Drop
	case i.Kind == Drop && i.Below > 2 && i.Calm == 0 && !up:
		return Drop
	case few >= 2 && 4*few >= many, few >= 1 && wild && 4*few >= many, i.Kind == VarianceChange && 8*few >= many, i.N == 1 && channel == variance:
		return VarianceChange
	case i.N <= brief && i.Wild:
		return VarianceChange
	case i.N <= brief && i.Lean && jump < 6:
		return Trend
	case i.N <= brief && (channel == point || !i.Summed) && i.Kind != LevelShift:
		if up {
			return Spike
		}
		return Dip
	case i.N <= brief:
		return LevelShift
	}
	if mean := i.SumY / n; mean*mean < i.SumYY/n-mean*mean {
		return VarianceChange // what it does is more spread than distance
	}
	// least squares: how far the line through the distances goes
	slope := 12 * (i.SumTY - (n+1)/2*i.SumY) / (n * (n*n - 1))
	if rise, mean := slope*(n-1), i.SumY/n; rise*mean > 0 &&
		(math.Abs(rise) > rampShare*math.Abs(mean) || i.Lean && jump < 6 && math.Abs(rise) > 0.2*math.Abs(mean)) {
		return Trend
	}
	return LevelShift
}

// sight is what was seen of a value: what season and levels made of it.
type sight struct {
	at               int64
	value, off, base float64 // off is the season's part, base the rest of what was expected
	sigma            float64
	channel          int
	wild             bool // errors had been larger than usual
}

// conclude makes the verdict of what was found, and follows the incident.
func (d *Detector) conclude(s sight, v *Verdict) {
	d.Jump = max(0.9*d.Jump, float32(min(math.Abs(s.value-v.Expected)/s.sigma, 1000)))
	if i := d.incident; i != nil && i.back(s) || d.home != nil && d.home.Back > 0 {
		v.Score = min(v.Score*backWeight, 0.9)
	}
	if !d.matters(s.value, s.off, v) {
		v.Score = 0
	}
	if v.Score >= openScore && d.incident == nil {
		d.open(s, v)
	}
	if i := d.incident; i != nil {
		d.carryOn(i, s, v)
		v.Kind = i.Kind
		d.close(i, s)
	}
	if v.Anomalous = v.Score >= 1; !v.Anomalous {
		v.Kind = None
	}
}

// open begins an incident.
func (d *Detector) open(s sight, v *Verdict) {
	i := &incident{
		Begin: s.at, From: s.base, Slow: d.Slow, Long: d.Long, Scale: s.sigma, Summed: s.channel == sum,
		Wild: s.wild, Lean: d.leans(v.Up, s.sigma), Back: d.comesBack(s.value-s.off, s.sigma),
		Far: s.value - s.off - s.base,
		Off: d.Share * (d.season(s.at-int64(recurWithin)).mean - d.SeasonMean),
	}
	i.Until, i.Known = d.recurs(s.at, i.Far)
	d.incident = i
	d.Habit++
}

// carryOn takes a value of an open incident and says whether it is told.
func (d *Detector) carryOn(i *incident, s sight, v *Verdict) {
	flagged, peak := v.Score >= 1, i.Peak
	i.Peak = max(peak, float32(v.Score))
	d.recognise(i, s)
	if i.Known {
		v.Score, flagged = min(v.Score*knownWeight, 0.9), false
	}
	expected := i.From + s.off
	y := (s.value - expected) / i.Scale
	i.Inside += max(0.2, 1/float64(i.N+1)) * (s.value - s.off - i.Inside)
	near := expected > 0 && s.value < empty*expected && s.value > -empty*expected && y < -offBeyond
	stays := i.follow(y, near, v.Score >= openScore && !i.back(s))
	if i.Calm == 0 {
		i.End = s.at
	}
	if flagged && i.Told && v.Score < float64(peak) {
		v.Score = holdScore // the same again
	}
	i.Told = i.Told || flagged
	if flagged || stays {
		if !flagged {
			v.Up = y > 0
		}
		i.Kind = i.kind(s.channel, v.Up, d.VarFast > wilderBy*d.VarSlow, d.Jump)
	}
	if stays && i.Told && !flagged && (near && i.Kind == Drop || math.Abs(y) > stayShare*math.Abs(i.SumY)/float64(i.N)) {
		v.Score = max(v.Score, holdScore)
		if !d.matters(s.value, s.off, v) {
			v.Score = 0
		}
	}
}

// recognise sees, as an incident goes farther, whether it is known. One that outgrows
// what is known, in size or time, is told after all; one that was told stays so.
func (d *Detector) recognise(i *incident, s sight) {
	was := i.Known
	if far := s.value - s.off - i.From; math.Abs(far) > math.Abs(i.Far) {
		i.Far = far
		switch until, known := d.recurs(s.at, far); {
		case was:
			i.Known = known
		case known && !i.Told:
			i.Known, i.Until = true, until
		}
	}
	i.Known = i.Known && s.at <= i.Until
	if was && !i.Known {
		i.Told = i.Peak >= 1
	}
}

// close ends an incident that is over, and goes back to the levels from before it as
// soon as the stream is there again.
func (d *Detector) close(i *incident, s sight) {
	switch {
	case i.Calm > calmAfter:
		d.note(i.Begin, i.End, i.Far)
		d.incident = nil
		d.Slow, d.Long = i.Slow, i.Long
	case i.Back != None && i.Near >= 2*brief: // no drop: the little there is was always
		d.resume(i.Inside)
	case i.N > 1 && i.Calm >= restoreAfter && i.Kind != VarianceChange:
		y, mean := math.Abs(s.value-s.off-i.From)/i.Scale, math.Abs(i.SumY)/float64(i.N)
		if y <= min(backWithin, mean/2) {
			d.restore(i)
		}
	}
}

// restore goes back to the levels from before an incident: the stream is there
// again.
func (d *Detector) restore(i *incident) {
	adding := d.Sum
	d.level(i.From)
	if i.Summed {
		d.Sum = adding
	}
	d.Slow, d.Long = i.Slow, i.Long
	d.Run, d.VarFast = 0, min(d.VarFast, d.VarSlow)
}

// back says whether a value is at the level before; of what is known, also with the
// season's part from before, since its own may be mixed with it. Where no single value
// showed the incident, none shows its end.
func (i *incident) back(s sight) bool {
	within := backWithin * max(s.sigma, i.Scale)
	switch {
	case i.Summed && s.channel == sum:
		return false
	case math.Abs(s.value-s.off-i.From) <= within:
		return true
	default:
		return i.Known && math.Abs(s.value-i.Off-i.From) <= within
	}
}

// lasts is how long a level is told before it is the new normal: a day at least
// where there is next to nothing any more. off is the season's part.
func (i *incident) lasts(adapt int64, off float64) int64 {
	if i.Kind == Drop && math.Abs(i.Inside+off) <= outage*math.Abs(i.From+off) {
		return max(adapt, day)
	}
	return adapt
}

// comeHome sees whether a value is at the level that was given up for a new normal, or
// most of the way back to it; of what was known, also with the season's part from
// before. When it stays there that is its level
// again, and what began with coming back is over.
func (d *Detector) comeHome(at int64, value, off float64) {
	h := d.home
	switch {
	case h == nil:
	case at-h.At > day:
		d.home = nil
	case !h.near(value, off):
		h.Back = 0
	default:
		h.Back++
		h.Level += (value - off - h.Level) / float64(h.Back+1)
		if h.Back >= homeAfter {
			d.resume(h.Level)
			d.home = nil
			d.episodes.wentOn(h.At, at)
		}
	}
}

func (h *home) near(value, off float64) bool {
	within := max(backWithin*h.Scale, homeWithin*math.Abs(h.Away-h.Level))
	return math.Abs(value-off-h.Level) <= within || h.Known && math.Abs(value-h.Off-h.Level) <= within
}

// leans says whether the levels have been moving to that side for a while: a
// step would show in the fast ones first.
func (d *Detector) leans(up bool, sigma float64) bool {
	slow, fast := (d.Medium-d.Slow)/sigma, (d.Fast-d.Medium)/sigma
	if !up {
		slow, fast = -slow, -fast
	}
	return slow > leanBy && slow > 1.5*fast
}

// comesBack says of which kind the move away was that ends with the value x,
// when it went unseen and this is its end.
func (d *Detector) comesBack(x, sigma float64) Kind {
	away := d.Medium - d.Long
	rest := (x - d.Long) / away          // of the way, that is left
	moving := (d.Medium - d.Slow) / away // of the way, that was of late
	switch {
	case !(math.Abs(away) >= 3*sigma) || rest > 0.5:
		return None
	case moving > 0.25 && rest > -1: // Long had followed some of the way
		return Trend
	case rest > -0.5:
		return LevelShift
	default:
		return None
	}
}

// adopt makes where the stream is its new normal. Where it was before stays in
// mind for a day: to come back there is no surprise.
func (d *Detector) adopt(at int64) {
	i := d.incident
	d.note(i.Begin, at, i.Far)
	d.episodes.becameNormal()
	d.home = &home{At: at, Level: i.From, Away: i.Inside, Known: i.Known, Off: i.Off, Scale: i.Scale}
	d.level(i.Inside)
	if i.Kind == VarianceChange {
		d.VarSlow = d.VarFast
	} else {
		d.VarFast = d.VarSlow
	}
	d.Run, d.incident = 0, nil
}

// matters says whether the configuration wants to hear of the value.
func (d *Detector) matters(value, off float64, v *Verdict) bool {
	switch {
	case d.cfg.Direction == Up && !v.Up, d.cfg.Direction == Down && v.Up:
		return false
	}
	m := d.cfg.MinDeviation
	if m.Absolute == 0 && m.Relative == 0 {
		return true
	}
	expected, deviation := v.Expected, math.Abs(value-v.Expected)
	if d.incident != nil {
		expected = d.incident.From + off
		deviation = max(deviation, math.Abs(value-expected))
	}
	deviation = max(deviation, math.Abs(value-off-d.Slow))
	return deviation >= m.Absolute && deviation >= m.Relative*math.Abs(expected)
}
