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

// Pooled is how much of a weight comes from the errors over all horizons; the
// rest is from those of the horizon itself.
const Pooled = 0.75

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
// horizon, to dst. A model that is not ready (prior 0) gets none.
func (e *Errors) Weights(prior, dst []float64) {
	m := e.Models
	scratch := make([]float64, m*(e.Horizons+2))
	pooled, count, own := scratch[:m], scratch[m:2*m], scratch[2*m:]
	for h := range e.Horizons {
		ref, refw := 0.0, 0.0 // the mean error of all ready models
		for k := range m {
			if prior[k] > 0 {
				ref += float64(e.Sum[h*m+k])
				refw += float64(e.Weight[h*m+k])
			}
		}
		if ref <= 0 || refw <= 0 {
			for k := range m {
				own[h*m+k] = prior[k]
			}
			continue
		}
		ref /= refw
		// The best that is known stands in for what is not: a newcomer is as good
		// as its prior says, until it has been seen.
		best := math.Inf(1)
		for k := range m {
			if w := float64(e.Weight[h*m+k]); prior[k] > 0 && w > 1 {
				best = min(best, float64(e.Sum[h*m+k])/w)
			}
		}
		if math.IsInf(best, 1) {
			best = ref
		}
		for k := range m {
			w, s := float64(e.Weight[h*m+k]), float64(e.Sum[h*m+k])
			own[h*m+k] = (s + strength*prior[k]*best) / (w + strength) / ref
			pooled[k] += own[h*m+k]
			count[k]++
		}
	}
	for h := range e.Horizons {
		// What a model is worth at short horizons says little about far ones that
		// nothing has been scored at yet.
		evidence := 0.0
		for k := range m {
			if prior[k] > 0 {
				evidence = max(evidence, float64(e.Weight[h*m+k]))
			}
		}
		sure := evidence / (evidence + strength)
		best := math.Inf(1)
		for k := range m {
			if prior[k] <= 0 {
				continue
			}
			err := own[h*m+k]
			if count[k] > 0 {
				err = Pooled*pooled[k]/count[k] + (1-Pooled)*err
			}
			err = sure*err + (1-sure)*prior[k]
			err = max(err, 1e-9)
			dst[h*m+k] = err
			best = min(best, err)
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
