// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package interval turns the errors that past forecasts turned out to have into
// the bounds of the next (split conformal prediction, Vovk et al. 2005): errors
// are divided by what is usual for their horizon, for the size of what was forecast
// and for the time of day, and the quantiles of these scores are scaled back for the
// forecast at hand.
package interval

import (
	"math"
	"slices"
	"unsafe"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/pool"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

const (
	// Horizons is how many horizons are told apart, the furthest first.
	Horizons = 8
	// Slots is how many parts of the short season are told apart.
	Slots = 24
	// Kept is how many scores of each horizon are kept.
	Kept = 64

	// Memory of the usual error of a horizon, in scored forecasts.
	Memory = 60
	// slotMemory and slotPrior are those of the factor of a time of day, the prior
	// in scored forecasts with an ordinary error.
	slotMemory = 100
	slotPrior  = 20
)

// Levels of the quantiles that the table holds; between them it is interpolated.
var levels = [...]float64{0.005, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.975, 0.995}

// Scores is what is known of the errors of one stream's forecasts.
type Scores struct {
	usual  [Horizons]float32              // mean absolute error
	size   [Horizons]float32              // mean absolute forecast
	count  [Horizons]uint32               // scored forecasts
	slot   [Slots]float32                 // mean of absolute error over the usual one
	slots  [Slots]uint8                   // scored forecasts, up to slotMemory
	kept   [Horizons]*ring                // nil where the horizon is not in use
	table  [Horizons][len(levels)]float32 // quantiles of the scores
	scale  [Horizons]float32              // of the table: the usual errors, where there are few held to those of shorter horizons
	steer  [Horizons]float32              // logarithm of what bounds are multiplied by
	filled bool                           // that there is a table
}

// ring holds the newest errors of a horizon, over what their size would make of the usual
// one (see relative), and the slots they are of. What is usual for the horizon and the
// slot now, not when they came, makes scores of them: an error that shrinks as the stream
// becomes known must not have made its scores small.
type ring struct {
	errors [Kept]float32
	slots  [Kept]uint8
}

// unknown is the slot of errors from a state that did not have it.
const unknown = Slots

// score is an error over what is usual, in units of 1/resolution.
type score int16

const resolution = 64

// scored rounds an error over what is usual. The usual error, and the factor of a time
// of day, have this one in them, so that few are cut off.
func scored(v float64) score {
	return score(math.RoundToEven(min(max(v*resolution, -math.MaxInt16), math.MaxInt16)))
}

func (s score) value() float64 { return float64(s) / resolution }

// Known says whether there are errors to tell those of horizon k from.
func (s *Scores) Known(k int) bool { return s.filled && s.total(k) > 0 }

// steps of steer, and its most: what was asked for comes in the long run, even where the
// errors of one time are not like those of another (adaptive conformal inference, Gibbs
// and Candes 2021, on the width and slow enough not to chase the last miss).
const (
	steerStep = 0.025
	steerMost = 1
)

// Steer makes the bounds of horizon k a little narrower when a point was inside, wider
// when it was not, so that they keep where the asked share of points is inside.
func (s *Scores) Steer(k int, inside bool, coverage float64) {
	by := steerStep * coverage
	if inside {
		by = steerStep * (coverage - 1)
	}
	s.steer[k] = float32(min(max(float64(s.steer[k])+by, -steerMost), steerMost))
}

// Scale is the error that is usual at horizon k, 0 where nothing is known.
func (s *Scores) Scale(k int) float64 { return float64(s.scale[k]) }

// total is how many forecasts of horizon k or a shorter one have been scored.
func (s *Scores) total(k int) (n uint32) {
	for _, c := range s.count[k:] {
		n += min(c, Memory)
	}
	return n
}

// Add scores what was said at horizon k about the given part (0 to 1) of the short
// season, where this came.
func (s *Scores) Add(k int, part, said, came float64) {
	i := min(int(part*Slots), Slots-1)
	err := came - said
	n := s.count[k]
	if s.kept[k] == nil {
		s.kept[k] = new(ring)
	}
	s.count[k]++
	rate := 1 / float64(min(s.count[k], Memory))
	s.usual[k] += float32((math.Abs(err) - float64(s.usual[k])) * rate)
	s.size[k] += float32((math.Abs(said) - float64(s.size[k])) * rate)
	size := s.relative(k, said)
	s.kept[k].errors[n%Kept] = float32(min(max(err/size, -math.MaxFloat32), math.MaxFloat32))
	s.kept[k].slots[n%Kept] = uint8(i)
	if s.usual[k] == 0 {
		return
	}
	s.slots[i] = min(s.slots[i]+1, slotMemory)
	s.slot[i] += float32((math.Abs(err)/(float64(s.usual[k])*size) - float64(s.slot[i])) / float64(s.slots[i]))
}

// most is the most by which the size of a forecast makes bounds wider or narrower.
const most = 4.0

// relative is how large the error of what is said at horizon k is, over the usual one.
// It grows with the root of the size, as that of counts does; what is as small as the
// usual error is taken to have one of its own.
func (s *Scores) relative(k int, said float64) float64 {
	for k < Horizons-1 && s.count[k] == 0 { // its scale is that of a shorter horizon
		k++
	}
	usual := float64(s.usual[k])
	if usual == 0 {
		return 1
	}
	return min(max(math.Sqrt((math.Abs(said)+usual)/(float64(s.size[k])+usual)), 1/most), most)
}

// Suppose sets the mean size of what was forecast, for a state that does not know it.
func (s *Scores) Suppose(size float64) {
	for k := range s.size {
		s.size[k] = float32(math.Abs(size))
	}
}

func (s *Scores) factor(i int) float64 {
	if i == unknown {
		return 1
	}
	n := float64(s.slots[i])
	return (n*float64(s.slot[i]) + slotPrior) / (n + slotPrior)
}

// growthPrior is how many scored forecasts the error that is expected from the next
// shorter horizon is worth.
const growthPrior = 3

// rescale takes for the error of a horizon that of the next shorter one, grown as
// a random walk's, until it has been seen itself. What has not been seen is no less
// than unseen says.
func (s *Scores) rescale(growth float64, usual *[Horizons]float64, unseen [Horizons]float64) {
	last := 0.0
	for k := Horizons - 1; k >= 0; k-- {
		n := float64(min(s.count[k], Memory))
		switch expected := last * growth; {
		case last > 0 && n > 0:
			last = (n*usual[k] + growthPrior*expected) / (n + growthPrior)
		case n > 0:
			last = usual[k]
		default:
			last = max(expected, unseen[k])
		}
		s.scale[k] = float32(last)
	}
}

// Refresh renews the table of quantiles from the scores. Growth is by how much
// the error of a random walk grows from one horizon to the next longer one;
// unseen is the least error to expect of a horizon that nothing was scored at.
func (s *Scores) Refresh(growth float64, unseen [Horizons]float64) {
	usual := s.recent()
	s.rescale(growth, &usual, unseen)
	keys := s.keys(&usual)
	if len(keys) == 0 {
		return
	}
	slices.Sort(keys)
	s.filled = true
	var count [tags]float64
	for _, v := range keys {
		count[uint16(v)]++
	}
	for k := range Horizons {
		// Near horizons and new scores count more, but all count: the scores are alike.
		var weight [tags]float64
		total := 0.0
		for tag := range weight {
			weight[tag] = kin[abs(tag/(2*Kept)-k)] * fading[tag/2%Kept]
			if tag%2 == 1 {
				weight[tag] *= mirror
			}
			total += weight[tag] * count[tag]
		}
		sum, l := 0.0, 0
		for _, v := range keys {
			sum += weight[uint16(v)]
			for l < len(levels) && sum >= levels[l]*total {
				s.table[k][l] = keyed(v)
				l++
			}
		}
		for ; l < len(levels); l++ {
			s.table[k][l] = keyed(keys[len(keys)-1])
		}
	}
}

// tags tell scores apart by horizon, age and sign.
const tags = Horizons * Kept * 2

// recent is the mean absolute error of each horizon, over the factors of the slots and
// with the weights that the scores have.
func (s *Scores) recent() (usual [Horizons]float64) {
	for k, r := range s.kept {
		if r == nil {
			continue
		}
		weights := 0.0
		for age := range min(int(s.count[k]), Kept) {
			i := (int(s.count[k]) - 1 - age) % Kept
			usual[k] += fading[age] * math.Abs(float64(r.errors[i])) / s.factor(int(r.slots[i]))
			weights += fading[age]
		}
		if weights > 0 {
			usual[k] /= weights
		}
	}
	return usual
}

// keys are the scores of all errors that are kept, with both signs.
func (s *Scores) keys(usual *[Horizons]float64) []uint32 {
	keys := make([]uint32, 0, tags)
	var slot [Slots + 1]float64
	for i := range slot {
		slot[i] = s.factor(i)
	}
	for k, r := range s.kept {
		if r == nil {
			continue
		}
		for age := range min(int(s.count[k]), Kept) {
			i := (int(s.count[k]) - 1 - age) % Kept
			v := score(0)
			if usual[k] > 0 {
				v = scored(float64(r.errors[i]) / (usual[k] * slot[r.slots[i]]))
			}
			tag := (k*Kept + age) * 2
			keys = append(keys, key(v, tag), key(-v, tag+1))
		}
	}
	return keys
}

// key holds a score, such that keys sort as scores do, and its tag, which is odd with
// the other sign.
func key(v score, tag int) uint32 { return uint32(int32(v)-math.MinInt16)<<16 | uint32(tag) }

func keyed(key uint32) float32 { return float32(score(int32(key>>16) + math.MinInt16).value()) }

// mirror is the weight of each score with the other sign: errors of one season
// lean to one side that those of the next need not lean to.
const mirror = 0.3

// kin is the weight of a score from so many horizons away.
var kin = func() (w [Horizons]float64) {
	for d := range w {
		w[d] = math.Pow(0.5, float64(d))
	}
	return w
}()

// halfLife is how many newer scores of its horizon there are when one counts half.
const halfLife = 8

// fading is the weight of a score by how many newer ones there are.
var fading = func() (w [Kept]float64) {
	for age := range w {
		w[age] = math.Pow(0.5, float64(age)/halfLife)
	}
	return w
}()

// State writes or reads the scores.
func (s *Scores) State(c *state.Codec) {
	c.Float32s(s.usual[:])
	if c.Version >= 3 {
		c.Float32s(s.size[:])
	}
	for _, v := range s.size {
		c.Check(v >= 0 && v <= math.MaxFloat32)
	}
	for k := range s.count {
		c.Uint32(&s.count[k])
		if s.count[k] > 0 {
			if s.kept[k] == nil {
				s.kept[k] = new(ring)
			}
			s.kept[k].state(c, float64(s.usual[k]))
		}
	}
	c.Float32s(s.slot[:])
	for i := range s.slots {
		n := uint32(s.slots[i])
		c.Uint32(&n)
		c.Check(n <= slotMemory)
		s.slots[i] = uint8(n)
	}
	if c.Version >= 4 {
		c.Float32s(s.steer[:])
	}
	for _, v := range s.steer {
		c.Check(v >= -steerMost && v <= steerMost)
	}
	c.Bool(&s.filled)
	c.Float32s(s.scale[:])
	for k := range s.table {
		c.Float32s(s.table[k][:])
	}
}

// state writes or reads the errors. Before version 4 they were scores, of slots that are
// not known any more.
func (r *ring) state(c *state.Codec, usual float64) {
	c.Float32s(r.errors[:])
	for i := range r.errors {
		slot := uint32(unknown)
		if c.Version >= 4 {
			slot = uint32(r.slots[i])
			c.Uint32(&slot)
		} else {
			r.errors[i] *= float32(usual)
		}
		c.Check(slot <= unknown && r.errors[i] == r.errors[i])
		r.slots[i] = uint8(min(slot, unknown))
	}
}

// Size is the memory behind the struct, in bytes.
func (s *Scores) Size() int {
	size := 0
	for _, kept := range s.kept {
		if kept != nil {
			size += int(unsafe.Sizeof(*kept))
		}
	}
	return size
}

func abs(i int) int { return max(i, -i) }

// Quantile is how far above what is said at horizon k about the given part of the short
// season the p quantile is. The usual error is the mean of few forecasts that
// do not overlap, so the bounds are wider, as those of Student's t distribution
// with as many degrees of freedom (first term of its Cornish-Fisher expansion). An
// upper quantile below the forecast, or a lower one above it, is not moved further
// away: quantiles would cross.
func (s *Scores) Quantile(k int, part, said, p float64) float64 {
	independent := float64(min(s.count[k], Memory)) / pool.Overlap
	z := math.Sqrt2 * math.Erfinv(2*p-1)
	score, widen := s.score(k, p, z), 1.0
	if score*z >= 0 {
		widen += (z*z + 1) / (4 * (1 + independent))
	}
	i := min(int(part*Slots), Slots-1)
	return float64(s.scale[k]) * s.relative(k, said) * s.factor(i) * widen * math.Exp(float64(s.steer[k])) * score
}

func (s *Scores) score(k int, p, z float64) float64 {
	if !s.filled {
		return 1.25 * z
	}
	t := &s.table[k]
	last := len(levels) - 1
	if p <= levels[0] {
		return float64(t[0])
	}
	for l := 1; l <= last; l++ {
		if p <= levels[l] {
			f := (p - levels[l-1]) / (levels[l] - levels[l-1])
			return float64(t[l-1]) + f*float64(t[l]-t[l-1])
		}
	}
	return float64(t[last])
}
