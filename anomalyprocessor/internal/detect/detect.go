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
	hold     *hold             // nil when its values are not held
	episodes *episodes         // nil when the stream was never off
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
	sum             // what adds up: many values a little off to one side
	variance        // the size of the noise now against what it was
	channels
)

// state has fields of fixed size only: it is what is saved.
type state struct {
	Last     int64 // event time of the newest value, ns
	Interval int64 // usual distance of values, ns
	Changed  int64 // event time of the newest value that was not the same as the one before, ns
	Suspect  int64 // event time of the last rare value, ns
	N        int64 // values learnt

	Fresh   int32   // values since the start or the last long gap
	Run     int32   // consecutive values far above (below: negative) the prediction
	Strides int32   // changes that Stride has learnt from
	Habit   float32 // incidents, forgotten over days
	Jump    float32 // largest error of prediction in the last values, in sigmas
	Settled int32   // values that the size of errors is known from; fewer again when a season is found

	Raw                      float64 // the value before, as it came
	Prev                     float64 // the value before, limited, without season
	Fast, Medium, Slow, Long float64 // levels of the limited values without season
	Mix                      [3]float64
	Sum                      [2]float32 // of what was off, upwards and downwards
	Scale                    float64    // mean absolute error of the prediction
	LongScale                float64    // the same, with a memory of days
	Span                     float64    // mean absolute distance from Long
	Stride                   float64    // median size of the changes that are not zero
	VarFast, VarSlow         float64    // mean size of the errors in sigmas, of few and of many

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
	if d.repeats(at, value) {
		d.Last = at
		return d.hold.verdict()
	}
	d.clock(at)
	s := d.season(at)
	d.SeasonMean += max(longRate, 1/float64(d.N)) * (s.mean - d.SeasonMean)
	off := d.Share * (s.mean - d.SeasonMean)
	if d.Fresh == 1 && d.N > 1 {
		d.resume(value - off)
	}
	if i := d.incident; i != nil && i.Calm == 0 && i.N >= leastAdapt && at-i.Begin > i.lasts(int64(d.cfg.Adapt), off) && (!i.Known || i.Until == forever) {
		d.adopt(at)
	}
	d.comeHome(at, value, off)
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

	d.addUp(r / sigma)
	size := math.Abs(limited) / sigma
	wild := d.VarFast > wilderBy*d.VarSlow && math.Abs(d.Medium-d.Slow) < leanBy*sigma // not by a move
	d.VarFast += noiseFast * (size - d.VarFast)
	d.VarSlow += max(noiseSlow*rate, 1/float64(d.N)) * (size - d.VarSlow)
	evidence := evidence{
		point:    {r / sigma, -r / sigma},
		sum:      d.sums(r),
		variance: {4 * math.Log((d.VarFast+0.1)/(d.VarSlow+0.1)), math.Inf(-1)}, // calmer than before is no anomaly
	}
	rarity, channel, up := d.judge(&evidence)
	v := Verdict{Expected: expected, sigma: sigma, Up: up, Warming: d.Warming()}
	v.Score = rarity / d.needed()
	if v.Warming || d.Fresh <= resumeAfter {
		v.Score = 0
	}
	d.learnTails(&evidence, v.Score)
	d.conclude(sight{at, value, off, base, sigma, channel, wild}, &v)
	d.expect(&v)
	if d.hold != nil {
		d.hold.keep(&v)
	}

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
	d.Settled = min(d.Settled+1, 1<<30)
	return v
}

// CopyFrom makes d what the other is, in the memory that it has.
func (d *Detector) CopyFrom(other *Detector) {
	mine := *d
	*d = *other
	d.incident = copied(mine.incident, other.incident)
	d.home = copied(mine.home, other.home)
	d.hold = copied(mine.hold, other.hold)
	d.episodes = copied(mine.episodes, other.episodes)
	for i := range d.seasons {
		d.seasons[i] = copied(mine.seasons[i], other.seasons[i])
	}
}

// copied is a copy of from, in the memory of to when there is some.
func copied[T any](to, from *T) *T {
	if from == nil {
		return nil
	}
	if to == nil {
		to = new(T)
	}
	*to = *from
	return to
}

// Skip lets the next value follow the last one, however much later it is: those in
// between are not learnt yet.
func (d *Detector) Skip(at int64) {
	if d.N > 1 {
		d.Last = max(d.Last, at-d.Interval)
	}
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

// begin takes the first value. Of a stream that is found to hold its values no more
// is kept than that it does.
func (d *Detector) begin(at int64, value float64) {
	hold := d.hold
	*d = *New(d.cfg)
	d.hold = hold
	d.Last, d.Changed, d.N, d.Settled, d.Fresh, d.Raw = at, at, 1, 1, 1, value
	d.level(value)
	if hold != nil {
		d.hold.keep(&Verdict{Warming: true, Expected: value})
	}
}

// addUp takes the error of a value, in sigmas, into the sums.
func (d *Detector) addUp(z float64) {
	z = max(-sumLimit, min(sumLimit, z))
	d.Sum[0] = float32(max(0, min(sumMost, float64(d.Sum[0])+z-sumSlack)))
	d.Sum[1] = float32(max(0, min(sumMost, float64(d.Sum[1])-z-sumSlack)))
}

// sums is the evidence of what adds up: only as long as the error is to that side,
// so that a sum has no say any more when its cause is over.
func (d *Detector) sums(r float64) (e [2]float64) {
	if r > 0 {
		e[0] = float64(d.Sum[0])
	} else {
		e[1] = float64(d.Sum[1])
	}
	return e
}

// level sets all levels.
func (d *Detector) level(x float64) {
	d.Prev, d.Fast, d.Medium, d.Slow, d.Long = x, x, x, x, x
	d.Sum = [2]float32{}
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

// resume goes on at the level x, as after a long gap: where the level was is
// forgotten, and what was under way, but not how large the noise is.
func (d *Detector) resume(x float64) {
	d.level(x)
	d.incident, d.Run = nil, 0
	d.VarFast = d.VarSlow
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
	for _, p := range d.found() {
		parts = append(parts, fmt.Sprintf("season of %s at %.0f %%", time.Duration(p.Period).Round(time.Second), 100*d.Share))
	}
	if r := d.cfg.DataRange; r.Min != nil || r.Max != nil {
		parts = append(parts, "bounded")
	}
	return strings.Join(parts, ", ")
}

// Size is the memory held, in bytes.
func (d *Detector) Size() int {
	n := int(unsafe.Sizeof(*d)) + len(d.found())*int(unsafe.Sizeof(profile{}))
	if d.incident != nil {
		n += int(unsafe.Sizeof(*d.incident))
	}
	if d.hold != nil {
		n += int(unsafe.Sizeof(*d.hold))
	}
	if d.episodes != nil {
		n += int(unsafe.Sizeof(*d.episodes))
	}
	if d.home != nil {
		n += int(unsafe.Sizeof(*d.home))
	}
	return n
}
