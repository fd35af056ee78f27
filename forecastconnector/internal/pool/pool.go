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
	j := judge{Errors: e, prior: prior}
	j.compare(entry)
	for h := e.Horizons - 1; h >= 0; h-- { // the shortest first
		share(j.at(h), prior, dst[h*e.Models:(h+1)*e.Models])
	}
}

// judge holds what each model is taken to be off by, as logarithms.
type judge struct {
	*Errors
	prior  []float64
	own    []float64 // [horizon*Models+model]
	pooled []float64 // [model]: the mean over all horizons
	seen   []float64 // [model]: scored forecasts of a horizon, in the mean
	errors []float64 // [model]: at the horizon at hand
	// Of the models without a season, at the next shorter horizon: their errors over
	// the level's, and how much of that holds further ahead.
	beside, holds [plain]float64
}

// compare sets own, pooled and seen from what was scored and from the priors.
func (j *judge) compare(entry []float64) {
	m := j.Models
	scratch := make([]float64, m*(j.Horizons+4)+j.Horizons)
	j.pooled, j.seen, j.errors = scratch[:m], scratch[m:2*m], scratch[2*m:3*m]
	count, unit := scratch[3*m:4*m], scratch[4*m:4*m+j.Horizons]
	j.own = scratch[4*m+j.Horizons:]
	known := j.units(j.prior, unit)
	far := j.far()
	for h := range j.Horizons {
		best, worst := max(j.best(h, j.prior), exact*unit[h]), max(far, exact*unit[h])
		for k, prior := range j.prior {
			if prior <= 0 {
				continue
			}
			if unit[h] == 0 {
				j.own[h*m+k] = math.Log(prior)
				continue
			}
			// What a newcomer is expected to be better by, its prior says of the level far
			// ahead; where others have shown that they know better, it is better by that
			// than the mean of both errors.
			expected := prior * math.Sqrt(worst*best)
			if entry[k] > 0 {
				expected = entry[k] * best
			}
			r := j.of(k, h)
			w := float64(r.weight)
			err := math.Log(expected / unit[h])
			if w > 0 {
				err += w / (w + doubt(k, w)) * (math.Log(max(r.mean()/unit[h], exact)) - err)
			}
			j.own[h*m+k] = err
			if k < plain && w == 0 { // the next shorter horizon tells, see at
				continue
			}
			j.pooled[k] += err
			count[k]++
			j.seen[k] += w / known
		}
	}
	for k := range m {
		j.pooled[k] /= max(count[k], 1)
	}
}

// at is what each ready model is off by at a horizon; the next shorter one must have
// been asked for before. What a model is worth at short horizons says little about far
// ones that nothing has been scored at yet, but see plain.
func (j *judge) at(h int) []float64 {
	evidence := 0.0
	for k := range j.Models {
		if j.prior[k] > 0 {
			evidence = max(evidence, float64(j.of(k, h).weight))
		}
	}
	for k, prior := range j.prior {
		if prior <= 0 {
			continue
		}
		err := j.own[h*j.Models+k]
		err += Pooled * j.seen[k] / (j.seen[k] + strength) * (j.pooled[k] - err)
		guess, sure := math.Log(prior), evidence/(evidence+strength)
		if k < plain && h+1 < j.Horizons {
			guess += j.holds[k] * (j.beside[k] - guess)
			if j.of(k, h).weight == 0 { // though others have been scored here
				sure = 0
			}
		}
		j.errors[k] = guess + sure*(err-guess)
	}
	for k := range plain {
		j.beside[k] = j.errors[k] - j.errors[0]
		if w := float64(j.of(k, h).weight); w > 0 {
			j.holds[k] = w / (w + strength)
		} else {
			j.holds[k] /= 2
		}
	}
	return j.errors
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
