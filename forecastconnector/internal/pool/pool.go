// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package pool weighs models by the errors of their own recent forecasts.
package pool

import (
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

// Sharpness is the power of (best error / error) that a weight is.
const Sharpness = 6

// HalfLife is how many scored forecasts it takes until one counts half.
const HalfLife = 20

var decay = math.Pow(0.5, 1.0/HalfLife)

// strength of the prior, in scored forecasts; for models with a season two that do not
// overlap: what a season is worth in its first hours says little about the rest of it.
const (
	strength = 3
	seasonal = 2 * Overlap
)

// entered is how many scored forecasts it takes until a model's prior says nothing.
const entered = 30

// exact is the least error that counts, in units of what models are off by in the mean:
// of few forecasts one may be right to the last digit.
const exact = 0.01

// Pooled is how much of a weight comes from the errors over all horizons; the
// rest is from those of the horizon itself.
const Pooled = 0.75

// plain is how many models, the first ones, have no season: level and trend. What
// these are worth at a horizon says something about the next longer one; what a
// season is worth shows far ahead only.
const plain = 2

// Errors holds the recent absolute error of each model at each horizon.
type Errors struct {
	Models, Horizons int
	records          []record // [horizon*Models+model], up to the last horizon that was scored
}

// record is the exponentially weighted sum of errors and the weight behind it.
type record struct{ sum, weight float32 }

// NewErrors returns the errors of models that have not been scored.
func NewErrors(models, horizons int) Errors { return Errors{Models: models, Horizons: horizons} }

func (e *Errors) of(model, horizon int) record {
	if i := horizon*e.Models + model; i < len(e.records) {
		return e.records[i]
	}
	return record{}
}

// Score counts one absolute error.
func (e *Errors) Score(model, horizon int, err float64) {
	if len(e.records) <= horizon*e.Models {
		records := make([]record, (horizon+1)*e.Models)
		copy(records, e.records)
		e.records = records
	}
	r := &e.records[horizon*e.Models+model]
	r.sum = r.sum*float32(decay) + float32(err)
	r.weight = r.weight*float32(decay) + 1
}

// Forget lets a model begin anew, with its prior.
func (e *Errors) Forget(model int) {
	for i := model; i < len(e.records); i += e.Models {
		e.records[i] = record{}
	}
}

// mean is the recent mean absolute error, where there is one.
func (r record) mean() float64 { return float64(r.sum / r.weight) }

// Mean is the recent mean absolute error of a model, over the horizons that it has
// been scored at, and false where it has been at none.
func (e *Errors) Mean(model int) (float64, bool) {
	sum, n := 0.0, 0.0
	for h := range e.Horizons {
		if r := e.of(model, h); r.weight > 0 {
			sum += r.mean()
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / n, true
}

// State writes or reads the errors: the sums, then the weights.
func (e *Errors) State(c *state.Codec) {
	records := make([]record, e.Models*e.Horizons)
	copy(records, e.records)
	for i := range records {
		c.Float32(&records[i].sum)
	}
	used := 0
	for i := range records {
		r := &records[i]
		c.Float32(&r.weight)
		c.Check(r.sum >= 0 && r.weight >= 0 && (r.weight > 0 || r.sum == 0))
		if r.weight > 0 {
			used = i/e.Models + 1
		}
	}
	if c.Reading {
		e.records = append([]record(nil), records[:used*e.Models]...)
	}
}

// Size is the memory behind the struct, in bytes.
func (e *Errors) Size() int { return 8 * cap(e.records) }

// Weights writes the weight of each model at each horizon, which sum to one per
// horizon, to dst. Prior is the error to expect of a model that has not been scored,
// in units of the first model's, which repeats the level and is always ready; 0 where
// the model is not ready, which then gets no weight. Entry is the same in units of the
// best model, for those that are what it should have become; 0 for all others.
//
// Errors are compared as ratios, so what is said of a model by its prior and by several
// horizons is averaged as logarithms.
func (e *Errors) Weights(prior, entry, dst []float64) {
	m := e.Models
	scratch := make([]float64, m*(e.Horizons+4)+e.Horizons)
	pooled, seen, shorter, count := scratch[:m], scratch[m:2*m], scratch[2*m:3*m], scratch[3*m:4*m]
	unit, own := scratch[4*m:4*m+e.Horizons], scratch[4*m+e.Horizons:]
	known := e.units(prior, unit)
	far := e.far()
	for h := range e.Horizons {
		best, worst := max(e.best(h, prior), exact*unit[h]), max(far, exact*unit[h])
		for k := range m {
			if prior[k] <= 0 {
				continue
			}
			if unit[h] == 0 {
				own[h*m+k] = math.Log(prior[k])
				continue
			}
			// What a newcomer is expected to be better by, its prior says of the level far
			// ahead; where others have shown that they know better, it is better by that
			// than the mean of both errors.
			expected := prior[k] * math.Sqrt(worst*best)
			if entry[k] > 0 {
				expected = entry[k] * best
			}
			r := e.of(k, h)
			w := float64(r.weight)
			err := math.Log(expected / unit[h])
			if w > 0 {
				err += w / (w + doubt(k, w)) * (math.Log(max(r.mean()/unit[h], exact)) - err)
			}
			own[h*m+k] = err
			if k < plain && w == 0 { // the next shorter horizon tells, below
				continue
			}
			pooled[k] += err
			count[k]++
			seen[k] += w / known
		}
	}
	for k := range m {
		pooled[k] /= max(count[k], 1)
	}
	for h := e.Horizons - 1; h >= 0; h-- { // the shortest first
		// What a model is worth at short horizons says little about far ones that
		// nothing has been scored at yet (but see plain).
		evidence := 0.0
		for k := range m {
			if prior[k] > 0 {
				evidence = max(evidence, float64(e.of(k, h).weight))
			}
		}
		sure := evidence / (evidence + strength)
		for k := range m {
			if prior[k] <= 0 {
				continue
			}
			err := own[h*m+k]
			err += Pooled * seen[k] / (seen[k] + strength) * (pooled[k] - err)
			guess, sure := math.Log(prior[k]), sure
			if k < plain && h+1 < e.Horizons {
				guess = (guess + shorter[k] - shorter[0]) / 2
				if e.of(k, h).weight == 0 { // though others have been scored here
					sure = 0
				}
			}
			shorter[k] = guess + sure*(err-guess)
		}
		share(shorter, prior, dst[h*m:(h+1)*m])
	}
}

// units writes the mean error of all ready models at each horizon, and returns at how
// many there is one.
func (e *Errors) units(prior, unit []float64) (known float64) {
	for h := range unit {
		sum, weight := 0.0, 0.0
		for k := range e.Models {
			if prior[k] > 0 {
				r := e.of(k, h)
				sum += float64(r.sum)
				weight += float64(r.weight)
			}
		}
		if sum > 0 {
			unit[h] = sum / weight
			known++
		}
	}
	return known
}

// doubt is how many scored forecasts the prior counts as, of a model with so many.
func doubt(model int, scored float64) float64 {
	fading := max(0, 1-scored/entered)
	if model < plain {
		return strength * fading
	}
	return seasonal * fading
}

// share writes the weights that models with these logarithms of errors get; those
// without a prior get none.
func share(errors, prior, dst []float64) {
	best := math.Inf(1)
	for k, err := range errors {
		if prior[k] > 0 {
			best = min(best, err)
		}
	}
	sum := 0.0
	for k, err := range errors {
		dst[k] = 0
		if prior[k] > 0 {
			dst[k] = math.Exp(Sharpness * (best - err))
		}
		sum += dst[k]
	}
	for k := range dst {
		dst[k] /= sum
	}
}

// far is the error of the first model at the horizon where it is worst: a whole season
// ahead the level of now is right again.
func (e *Errors) far() (far float64) {
	for h := range e.Horizons {
		if r := e.of(0, h); r.weight > 0 {
			far = max(far, r.mean())
		}
	}
	return far
}

// best is the least error at a horizon.
func (e *Errors) best(horizon int, prior []float64) float64 {
	best := math.Inf(1)
	for k := range e.Models {
		if r := e.of(k, horizon); prior[k] > 0 && r.weight >= 1 {
			best = min(best, r.mean())
		}
	}
	if math.IsInf(best, 1) {
		return 0
	}
	return best
}
