// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package detect watches one stream of numbers: it learns online what the stream
// does and says of every value, as it comes, how unusual it is, of which kind,
// and what would have been expected.
package detect

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unsafe"
)

// Kind is what an anomaly looks like.
type Kind uint8

const (
	None           Kind = iota
	Spike               // a few points above what is expected
	Dip                 // a few points below what is expected
	LevelShift          // a step to another level
	VarianceChange      // as much above as below: wilder than before
	Drop                // a fall to nearly nothing
	Trend               // a steady move away
)

// String is the kind's name in telemetry.
func (k Kind) String() string {
	return [...]string{"", "spike", "dip", "level_shift", "variance_change", "drop", "trend"}[k]
}

// Verdict is what is known about one value at the time it comes.
type Verdict struct {
	Warming   bool    // too little is known: Score is 0
	Anomalous bool    // Score is at or above 1 and the configuration lets it through
	Kind      Kind    // None unless Anomalous
	Up        bool    // above Expected
	Score     float64 // 0 upwards, 1 is the threshold; a logarithm of how rare this is
	Expected  float64
	sigma     float64 // scale of the prediction's error; 0 when there is no prediction
}

// Detector watches one stream. It is not safe for concurrent use. What every
// value needs lies together, at the start.
type Detector struct {
	cfg      *Config
	incident *incident         // nil when there is none
	home     *home             // nil when no level was given up lately
	seasons  [seasons]*profile // found so far
	state
}

const (
	// warm is how many values a detector needs to see before it speaks, when as
	// many as warmChanges of them were changes; of a stream that hardly ever
	// changes it needs warmCalm.
	warm, warmChanges, warmCalm = 30, 20, 150
	// seasons is how many periods a stream can have at once.
	seasons = 2
)

// The channels of evidence, each for another shape of anomaly.
const (
	point    = iota // one value against its prediction
	burst           // a few values against the medium level
	shift           // a dozen values against the slow level
	drift           // many values against the level of long
	variance        // the size of the noise now against what it was
	channels
)

// state has fields of fixed size only: it is what is saved.
type state struct {
	Last     int64 // event time of the newest value, ns
	Interval int64 // usual distance of values, ns
	Suspect  int64 // event time of the last rare value, ns
	N        int64 // values learnt

	Fresh   int32   // values since the start or the last long gap
	Run     int32   // consecutive values far above (below: negative) the prediction
	Strides int32   // changes that Stride has learnt from
	Habit   float32 // incidents, forgotten over days
	Jump    float32 // largest error of prediction in the last values, in sigmas

	Raw                      float64 // the value before, as it came
	Prev                     float64 // the value before, limited, without season
	Fast, Medium, Slow, Long float64 // levels of the limited values without season
	Mix                      [3]float64
	Burst, Shift, Drift      float64 // short means of the limited values without season
	Scale                    float64 // mean absolute error of the prediction
	LongScale                float64 // the same, with a memory of days
	Span                     float64 // mean absolute distance from Long
	Stride                   float64 // median size of the changes that are not zero
	VarFast, VarSlow         float64 // mean size of the errors in sigmas, of few and of many

	Center                      float64 // mean of the values as they are
	SeasonMean, Share, Cov, Var float64

	Tails   [channels][2]tail // upwards and downwards
	History history
}

// New returns a detector that knows nothing yet.
func New(cfg *Config) *Detector {
	d := &Detector{cfg: cfg}
	d.Mix = [3]float64{0.5, 0.3, 0.2}
	for i := range d.Tails {
		for j := range d.Tails[i] {
			d.Tails[i][j] = tail{U: 3, Beta: 1}
		}
	}
	return d
}

// Step takes the next value, at an event time in nanoseconds. Values that are not
// finite, or that are not newer than the last, are neither learnt nor judged.
func (d *Detector) Step(at int64, value float64) Verdict {
	if math.Abs(value) > maxValue || value != value || (d.N > 0 && at <= d.Last) {
		return Verdict{Warming: d.Warming(), Expected: d.Raw}
	}
	if d.N == 0 {
		d.begin(at, value)
		return Verdict{Warming: true, Expected: value}
	}
	d.clock(at)
	s := d.season(at)
	d.SeasonMean += max(longRate, 1/float64(d.N)) * (s.mean - d.SeasonMean)
	off := d.Share * (s.mean - d.SeasonMean)
	if d.Fresh == 1 && d.N > 1 {
		d.resume(value - off)
	}
	if d.incident != nil && d.incident.N >= leastAdapt && at-d.incident.Begin > int64(d.cfg.Adapt) {
		d.adopt(at)
	}
	d.comeHome(at, value-off)
	// the prediction, without and with season
	parts := [3]float64{d.Medium - d.Slow, d.Fast - d.Medium, d.Prev - d.Fast}
	base := d.Slow + d.Mix[0]*parts[0] + d.Mix[1]*parts[1] + d.Mix[2]*parts[2]
	expected := base + off
	r := value - expected
	sigma := d.sigma(s)
	limited := d.limit(r, sigma)
	clean := base + limited
	rate := 1.0
	if d.incident != nil {
		rate = incidentRate
	}
	early := 1 / float64(d.Fresh)

	d.Burst += max(burstRate, early) * (clean - d.Burst)
	d.Shift += max(shiftRate, early) * (clean - d.Shift)
	d.Drift += max(driftRate, early) * (clean - d.Drift)
	size := math.Abs(limited) / sigma
	wild := d.VarFast > wilderBy*d.VarSlow && math.Abs(d.Medium-d.Slow) < leanBy*sigma // not by a move
	d.VarFast += noiseFast * (size - d.VarFast)
	d.VarSlow += max(noiseSlow*rate, 1/float64(d.N)) * (size - d.VarSlow)
	evidence := [channels]float64{
		r / sigma,
		(d.Burst - d.Medium) / sigma,
		(d.Shift - d.Slow) / sigma,
		(d.Drift - d.Long) / sigma,
		4 * math.Log((d.VarFast+0.1)/(d.VarSlow+0.1)),
	}
	rarity, channel, up := d.judge(&evidence)
	v := Verdict{Expected: expected, sigma: sigma, Up: up, Warming: d.Warming()}
	v.Score = rarity / d.needed()
	if v.Warming || d.Fresh <= resumeAfter {
		v.Score = 0
	}
	d.learnTails(&evidence, v.Score)
	d.habit(at, &v)
	d.conclude(at, value, off, base, sigma, channel, wild, &v)
	d.expect(&v)

	// learning
	norm := parts[0]*parts[0] + parts[1]*parts[1] + parts[2]*parts[2] + sigma*sigma
	for i := range parts {
		d.Mix[i] = max(-0.5, min(1.5, d.Mix[i]+rate*mixRate*limited*parts[i]/norm))
	}
	d.Prev = clean
	d.Fast += max(fastRate, early) * (clean - d.Fast)
	d.Medium += max(mediumRate, early) * (clean - d.Medium)
	d.Slow += max(slowRate*rate, early) * (clean - d.Slow)
	d.Long += max(longRate*rate, early) * (clean - d.Long)
	d.learnScale(math.Abs(limited), math.Abs(clean-d.Long), rate, s)
	d.learnSeason(at, clean+off, off, rate, sigma, s)
	d.stride(value)
	d.Raw = value
	d.N++
	return v
}

// Rewind goes back to a time, so that Step takes values from there on. What lies
// after it is not a time to compare with any more: as after a long gap, the next
// value says where the level is. How the stream behaves stays known.
func (d *Detector) Rewind(at int64) {
	switch {
	case d.N == 0 || at > d.Last:
		return
	case d.N == 1: // the interval is not known
		*d = *New(d.cfg)
		return
	}
	d.Last = at - d.Interval
	d.Suspect = min(d.Suspect, d.Last)
	d.Fresh = 0 // Step counts the next value as the first of a new stretch
	d.home = nil
	d.History.rewind(at)
}

// Warming says that too little is known of the stream to judge it.
func (d *Detector) Warming() bool {
	return d.N < warm || d.N < warmCalm && d.Strides < warmChanges
}

// maxValue keeps means within what a float32 holds. Values beyond are not learnt.
const maxValue = 1e30

func (d *Detector) begin(at int64, value float64) {
	d.Last, d.N, d.Fresh, d.Raw = at, 1, 1, value
	d.level(value)
}

// level sets all levels.
func (d *Detector) level(x float64) {
	d.Prev, d.Fast, d.Medium, d.Slow, d.Long = x, x, x, x, x
	d.Burst, d.Shift, d.Drift = x, x, x
}

// clock follows the time: the usual interval, and gaps.
func (d *Detector) clock(at int64) {
	gap := at - d.Last
	if gap < 0 {
		gap = math.MaxInt64 // over half of all time there is
	}
	d.Last = at
	switch {
	case d.N == 1:
		d.Interval = gap
	case gap > d.Interval:
		d.Interval += d.Interval>>4 + 1
	case gap < d.Interval:
		d.Interval -= d.Interval >> 4
	}
	d.Habit -= d.Habit * float32(min(1, float64(gap)/(habitDays*float64(day))))
	d.Fresh = min(d.Fresh+1, 1<<30)
	if gap > int64(d.cfg.Adapt) && gap > 20*d.Interval {
		d.Fresh = 1
	}
}

// resume forgets, after a long gap, where the level was, but not how large the
// noise is.
func (d *Detector) resume(x float64) {
	d.level(x)
	d.incident, d.Run = nil, 0
	d.VarFast = d.VarSlow
}

// seasonal is what the profiles say about a time.
type seasonal struct {
	mean, edge, noise float64
	known             bool
	each              [seasons]float64
}

func (d *Detector) season(at int64) seasonal {
	s := seasonal{noise: 1}
	for i, p := range d.seasons {
		if p == nil {
			break
		}
		m, edge, ok := p.at(at, d.Interval)
		if i == 0 {
			s.noise = float64(*p.noise(at))
			s.known = ok
			if !ok {
				m = d.SeasonMean
			}
		}
		s.each[i] = m
		s.mean += m
		s.edge = max(s.edge, edge)
	}
	if !s.known {
		s.mean = d.SeasonMean
	}
	return s
}

// habit lowers the score of what was there in both cycles before: a job that comes every
// night.
func (d *Detector) habit(at int64, v *Verdict) {
	if v.Score < openScore {
		return
	}
	mark := uint8(offDown)
	if v.Up {
		mark = offUp
	}
	before := false
	for _, p := range d.seasons {
		if p == nil {
			break
		}
		before = before || p.again(at, mark)
		if int16(p.position(at)) == p.Bucket {
			p.Mark |= mark
		}
	}
	if before {
		v.Score *= dailyWeight
	}
}

// sigma is the scale of the prediction's error now. Its floors keep a stretch
// without change from making the next change look endless: a share of what it
// was in the last days, of the usual change, of the whole span, and of how much
// the season changes between its buckets.
func (d *Detector) sigma(s seasonal) float64 {
	return max(d.Scale*s.noise, longFloor*d.LongScale, strideFloor*d.Stride, spanFloor*d.Span,
		edgeFloor*d.Share*s.edge, 1e-6*math.Abs(d.Long)+1e-30)
}

// limit is how much of the error r is believed. It grows while the errors go on
// to one side.
func (d *Detector) limit(r, sigma float64) float64 {
	if d.N < 10 {
		return r
	}
	width := limitAt * sigma
	if d.Run != 0 {
		width *= math.Pow(runGrowth, math.Abs(float64(d.Run)))
	}
	switch {
	case r > limitAt*sigma:
		d.Run = min(max(1, d.Run+1), 100)
	case r < -limitAt*sigma:
		d.Run = max(min(-1, d.Run-1), -100)
	default:
		d.Run = 0
	}
	return max(-width, min(width, r))
}

// judge is how rare the rarest evidence is, in nats, of which channel, and on
// which side.
func (d *Detector) judge(evidence *[channels]float64) (rarity float64, channel int, up bool) {
	weight := weights
	up = evidence[point] > 0
	for c, e := range evidence {
		if r := weight[c] * d.Tails[c][0].rarity(e); r > rarity {
			rarity, channel = r, c
			if c != variance {
				up = true
			}
		}
		if c == variance {
			continue // calmer than before is no anomaly
		}
		if r := weight[c] * d.Tails[c][1].rarity(-e); r > rarity {
			rarity, channel, up = r, c, false
		}
	}
	return rarity, channel, up
}

// needed is how many nats of rarity make a score of 1. A stream of which little
// is known needs more, and one that has been having incidents every few hours.
func (d *Detector) needed() float64 {
	return threshold / d.cfg.Sensitivity * (1 + unsure/float64(max(1, d.N))) * (1 + habitCost/habitDays*float64(d.Habit))
}

// expect keeps what is expected within where values can be.
func (d *Detector) expect(v *Verdict) {
	if lo := d.cfg.DataRange.Min; lo != nil {
		v.Expected = max(v.Expected, *lo)
	}
	if hi := d.cfg.DataRange.Max; hi != nil {
		v.Expected = min(v.Expected, *hi)
	}
}

// Bounds is between which values a single one is not anomalous, that v expects.
// It speaks of the value of the last Step, whose verdict v is. Where nothing was
// predicted both are what is expected.
func (d *Detector) Bounds(v *Verdict) (lower, upper float64) {
	if v.sigma == 0 {
		return v.Expected, v.Expected
	}
	least := max(d.cfg.MinDeviation.Absolute, d.cfg.MinDeviation.Relative*math.Abs(v.Expected))
	need := excess(d.needed())
	lower = v.Expected - max(least, v.sigma*max(0, d.Tails[point][1].evidence(need)))
	upper = v.Expected + max(least, v.sigma*max(0, d.Tails[point][0].evidence(need)))
	if lo := d.cfg.DataRange.Min; lo != nil {
		lower, upper = max(lower, *lo), max(upper, *lo)
	}
	if hi := d.cfg.DataRange.Max; hi != nil {
		lower, upper = min(lower, *hi), min(upper, *hi)
	}
	return lower, upper
}

// What the slow channels learn, where the point channel learns less.
var (
	repeatSlow = math.Pow(repeatWeight, repeatPower)
	soonSlow   = math.Pow(soonWeight, repeatPower)
)

// learnTails learns what evidence is usual. An incident is one sample for the
// point channel however long it is; the evidence of the others changes slowly and
// says the same many times over, whether there is an incident or not.
func (d *Detector) learnTails(evidence *[channels]float64, score float64) {
	weight := 1.0
	again := d.Last-d.Suspect < int64(repeatWithin)
	if score >= suspectScore {
		d.Suspect = d.Last
		if again {
			weight = repeatWeight
		}
	} else if again {
		weight = soonWeight
	}
	d.Tails[point][0].learn(evidence[point], weight, d.N)
	d.Tails[point][1].learn(-evidence[point], weight, d.N)
	switch {
	case weight == repeatWeight:
		weight = repeatSlow
	case weight < 1:
		weight = soonSlow
	}
	for c := burst; c < channels; c++ {
		d.Tails[c][0].learn(evidence[c], weight, d.N)
		d.Tails[c][1].learn(-evidence[c], weight, d.N)
	}
}

func (d *Detector) learnScale(size, span, rate float64, s seasonal) {
	early := 1 / float64(d.N)
	d.Scale += max(scaleRate*rate, early) * (size/s.noise - d.Scale)
	fall := forgetRate
	if d.Scale > d.LongScale {
		fall = longRate
	}
	d.LongScale += max(fall, early) * (d.Scale - d.LongScale)
	d.Span += max(longRate*rate, early) * (span - d.Span)
	if p := d.seasons[0]; p != nil && d.Scale > 0 {
		slot := p.noise(d.Last)
		n := float64(*slot)
		*slot = float32(max(0.3, min(5, n+rate*scaleRate*phaseRate*(size/d.Scale-n))))
	}
}

// stride tracks the median size of the changes that are not zero.
func (d *Detector) stride(value float64) {
	step := math.Abs(value - d.Raw)
	if step == 0 {
		return
	}
	d.Strides = min(d.Strides+1, 1000)
	k := 1 + max(0.03, 1/float64(d.Strides))
	switch {
	case d.Strides == 1:
		d.Stride = step
	case step > d.Stride:
		d.Stride *= k
	default:
		d.Stride /= k
	}
}

// learnSeason finds periods and learns their profiles, each on what those before
// it leave.
func (d *Detector) learnSeason(at int64, clean, off, rate, sigma float64, s seasonal) {
	d.Center += max(longRate, 1/float64(d.N)) * (clean - d.Center)
	if s.known {
		x := s.mean - d.SeasonMean
		far := 3 * max(math.Abs(x), math.Sqrt(d.Var))
		y := max(-far, min(far, clean-d.Center))
		d.Cov += shareRate * rate * (y*x - d.Cov)
		d.Var += shareRate * rate * (x*x - d.Var)
		if d.Var > 0 {
			d.Share = max(0, min(1, d.Cov/(d.Var+0.1*sigma*sigma)))
		}
	}
	rest := clean
	for i, p := range d.seasons {
		if p == nil {
			break
		}
		p.learn(at, rest)
		rest -= s.each[i]
	}
	if d.History.add(at, clean, d.Interval) && d.findSeason() {
		s = d.season(at)
	}
	d.rebase(d.Share*(s.mean-d.SeasonMean) - off)
}

// rebase keeps the levels, which are without season, where they are when the
// season's part grows.
func (d *Detector) rebase(growth float64) {
	if growth == 0 {
		return
	}
	for _, level := range [...]*float64{&d.Prev, &d.Fast, &d.Medium, &d.Slow, &d.Long, &d.Burst, &d.Shift, &d.Drift} {
		*level -= growth
	}
	if i := d.incident; i != nil {
		i.From, i.Inside, i.Slow, i.Long = i.From-growth, i.Inside-growth, i.Slow-growth, i.Long-growth
	}
	if h := d.home; h != nil {
		h.Level, h.Away = h.Level-growth, h.Away-growth
	}
}

// findSeason looks for one more period and says whether it found one.
func (d *Detector) findSeason() bool {
	free := -1
	for i, p := range d.seasons {
		if p == nil {
			free = i
			break
		}
	}
	if free < 0 {
		return false
	}
	period := d.History.find(d.covers)
	if period == 0 {
		return false
	}
	p := newProfile(period)
	d.History.fill(p, func(at int64) float64 {
		sum := 0.0
		for _, q := range d.seasons[:free] {
			m, _, _ := q.at(at, d.Interval)
			sum += m
		}
		return sum
	})
	d.seasons[free] = p
	if free == 0 {
		var sum, num float64
		for b, m := range p.Mean {
			if p.Seen[b]&cycles > 0 {
				sum += float64(m)
				num++
			}
		}
		d.SeasonMean = sum / num
		d.Share = 0
		d.Cov, d.Var = 0, 0
	}
	return true
}

// covers says that a profile already holds a period: the same, a multiple of it,
// or a part of it that is resolved.
func (d *Detector) covers(period, width int64) bool {
	for _, p := range d.seasons {
		if p == nil {
			break
		}
		long, short := max(p.Period, period), min(p.Period, period)
		m := math.Round(float64(long) / float64(short))
		if math.Abs(float64(long)-m*float64(short)) > max(0.05*float64(short)*m, 0.6*float64(width)) {
			continue
		}
		if m == 1 {
			return true
		}
		calendar := period == day || period == week
		if p.Period == short && !calendar || p.Period == long && m <= buckets/6 && !(period == day) {
			return true
		}
	}
	return false
}

// Method names, for people, what the detector does with this stream.
func (d *Detector) Method() string {
	if d.Warming() {
		return "warming up"
	}
	var parts []string
	switch {
	case d.Strides == 0:
		return "constant"
	case d.Scale < 0.1*d.Stride:
		parts = append(parts, "intermittent")
	default:
		parts = append(parts, "level")
	}
	for _, p := range d.seasons {
		if p == nil {
			break
		}
		parts = append(parts, fmt.Sprintf("season of %s at %.0f %%", time.Duration(p.Period).Round(time.Second), 100*d.Share))
	}
	if r := d.cfg.DataRange; r.Min != nil || r.Max != nil {
		parts = append(parts, "bounded")
	}
	return strings.Join(parts, ", ")
}

// Size is the memory held, in bytes.
func (d *Detector) Size() int {
	n := int(unsafe.Sizeof(*d))
	for _, p := range d.seasons {
		if p != nil {
			n += int(unsafe.Sizeof(*p))
		}
	}
	if d.incident != nil {
		n += int(unsafe.Sizeof(*d.incident))
	}
	if d.home != nil {
		n += int(unsafe.Sizeof(*d.home))
	}
	return n
}
