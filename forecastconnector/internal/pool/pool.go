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

// strength of the prior, in scored forecasts.
const strength = 3

// entered is how many scored forecasts it takes until a model's prior says nothing.
const entered = 30

// Pooled is how much of a weight comes from the errors over all horizons; the
// rest is from those of the horizon itself.
const Pooled = 0.75

// plain is how many models, the first ones, have no season: level and trend. What
// these are worth at a horizon says something about the next longer one; what a
// season is worth shows far ahead only.
const plain = 2

// Errors holds the recent absolute error of each model at each horizon:
// exponentially weighted sums and the weights behind them.
type Errors struct {
	Models, Horizons int
	Sum, Weight      []float32 // [horizon*Models+model]
}

// NewErrors returns the errors of models that have not been scored.
func NewErrors(models, horizons int) Errors {
	return Errors{models, horizons, make([]float32, models*horizons), make([]float32, models*horizons)}
}

// Score counts one absolute error.
func (e *Errors) Score(model, horizon int, err float64) {
	i := horizon*e.Models + model
	e.Sum[i] = e.Sum[i]*float32(decay) + float32(err)
	e.Weight[i] = e.Weight[i]*float32(decay) + 1
}

// Mean is the recent mean absolute error of a model, over the horizons that it has
// been scored at, and false where it has been at none.
func (e *Errors) Mean(model int) (float64, bool) {
	sum, n := 0.0, 0.0
	for h := range e.Horizons {
		i := h*e.Models + model
		if e.Weight[i] > 0 {
			sum += float64(e.Sum[i] / e.Weight[i])
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return sum / n, true
}

// State writes or reads the errors.
func (e *Errors) State(c *state.Codec) {
	c.Float32s(e.Sum)
	c.Float32s(e.Weight)
	for i := range e.Sum {
		c.Check(e.Sum[i] >= 0 && e.Weight[i] >= 0)
	}
}

// Size is the memory behind the struct, in bytes.
func (e *Errors) Size() int { return 4 * (len(e.Sum) + len(e.Weight)) }

// Weights writes the weight of each model at each horizon, which sum to one per
// horizon, to dst. Prior is the error to expect of a model that has not been scored,
// in units of the first model's, which repeats the level; 0 where the model is not
// ready, which then gets no weight. Entry is the same in units of the best model, for
// those that are what it should have become; 0 for all others.
func (e *Errors) Weights(prior, entry, dst []float64) {
	m := e.Models
	scratch := make([]float64, m*(e.Horizons+4)+e.Horizons)
	pooled, seen, shorter, count := scratch[:m], scratch[m:2*m], scratch[2*m:3*m], scratch[3*m:4*m]
	unit, own := scratch[4*m:4*m+e.Horizons], scratch[4*m+e.Horizons:]
	known := 0.0
	for h := range e.Horizons { // the mean error of all ready models is the unit
		sum, weight := 0.0, 0.0
		for k := range m {
			if prior[k] > 0 {
				sum += float64(e.Sum[h*m+k])
				weight += float64(e.Weight[h*m+k])
			}
		}
		if sum > 0 {
			unit[h] = sum / weight
			known++
		}
	}
	far := e.far(unit)
	for h := range e.Horizons {
		best := e.best(h, prior)
		for k := range m {
			own[h*m+k] = prior[k]
			if unit[h] == 0 {
				continue
			}
			// What a newcomer is expected to be better by, its prior says of the level far
			// ahead; where others have shown that they know better, it is better by that
			// than the geometric mean of both errors.
			expected := prior[k] * math.Sqrt(far*best)
			if entry[k] > 0 {
				expected = entry[k] * best
			}
			w := float64(e.Weight[h*m+k])
			doubt := strength * max(0, 1-w/entered)
			own[h*m+k] = (float64(e.Sum[h*m+k]) + doubt*expected) / (w + doubt) / unit[h]
			if k < plain && w == 0 { // the next shorter horizon tells, below
				continue
			}
			pooled[k] += own[h*m+k]
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
				evidence = max(evidence, float64(e.Weight[h*m+k]))
			}
		}
		sure := evidence / (evidence + strength)
		for k := range m {
			if prior[k] <= 0 {
				continue
			}
			err := own[h*m+k]
			if known > 0 {
				common := Pooled * seen[k] / (seen[k] + strength)
				err = common*pooled[k] + (1-common)*err
			}
			guess, sure := prior[k], sure
			if k < plain && h+1 < e.Horizons {
				guess = math.Sqrt(guess * shorter[k] / shorter[0])
				if e.Weight[h*m+k] == 0 { // though others have been scored here
					sure = 0
				}
			}
			shorter[k] = max(sure*err+(1-sure)*guess, 1e-9)
		}
		best := math.Inf(1)
		for k := range m {
			if prior[k] > 0 {
				dst[h*m+k] = shorter[k]
				best = min(best, shorter[k])
			}
		}
		sum := 0.0
		for k := range m {
			w := 0.0
			if prior[k] > 0 {
				w = math.Pow(best/dst[h*m+k], Sharpness)
			}
			dst[h*m+k] = w
			sum += w
		}
		for k := range m {
			dst[h*m+k] /= sum
		}
	}
}

// far is the error of the first model at the furthest horizon that was scored.
func (e *Errors) far(unit []float64) float64 {
	for h := range e.Horizons {
		if unit[h] > 0 {
			return float64(e.Sum[h*e.Models] / e.Weight[h*e.Models])
		}
	}
	return 0
}

// best is the least error at a horizon.
func (e *Errors) best(horizon int, prior []float64) float64 {
	best := math.Inf(1)
	for k := range e.Models {
		if i := horizon*e.Models + k; prior[k] > 0 && e.Weight[i] >= 1 {
			best = min(best, float64(e.Sum[i]/e.Weight[i]))
		}
	}
	if math.IsInf(best, 1) {
		return 0
	}
	return best
}
