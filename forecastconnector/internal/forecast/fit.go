// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"math"
	"slices"
	"sync"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/model"
	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/pool"
	"github.com/otelcol-aiops/otelcol-aiops/internal/season"
)

var (
	models    = model.Pool()
	entry     = model.Entry(models)
	afterStep = slices.IndexFunc(entry, func(v float64) bool { return v > 0 })
)

// workspace is what a fit needs and no stream keeps.
type workspace struct {
	in      model.Input
	curves  []float64 // [model*len+step]
	weights []float64 // [horizon*models+model]
	prior   []float64

	order          []int // of the ready models, by what they say
	values, shares []float64
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// fitEvery is how many buckets lie between two fits: an hour, less for a young
// stream, for which every bucket is news and a fit is cheap.
func (s *Stream) fitEvery() int64 {
	return min(max(int64(s.hist.Len())/48, 1), max(hour/s.hist.Step(), 1))
}

func (s *Stream) fitDue() bool {
	return s.points >= 2 && (s.done-s.fitted >= s.fitEvery() || s.seasonComplete())
}

// seasonComplete says that the first season has become whole since the last fit, and
// with it the day ahead another thing than the level.
func (s *Stream) seasonComplete() bool {
	whole := s.hist.First() + s.short
	return s.fitted < whole && whole <= s.done
}

func (s *Stream) fit() {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	in := &w.in
	in.Y = s.hist.Values(in.Y[:0], s.done)
	if len(in.Y) == 0 {
		return
	}
	if s.short == 0 || s.done-s.searched >= max(int64(len(in.Y))/8, 1) {
		s.search(in.Y)
	}
	step := s.hist.Step()
	in.Short, in.Long = int(s.short), int(s.long)
	in.Recent = int(max(6*hour/step, 1))
	in.Positive = s.lowest >= 0
	if !fill(in.Y, in.Short) {
		return
	}
	s.level(in)
	s.fitted = s.done

	n := int(s.furthest()/step) + int(max(hour/step, 1)) + 1
	w.curves, w.prior, w.weights = resize(w.curves, n*len(models)), resize(w.prior, len(models)), resize(w.weights, scored*len(models))
	for m := range models {
		w.prior[m] = 0
		if models[m].Ready(in) {
			w.prior[m] = models[m].Prior
			models[m].Forecast(in, w.curves[m*n:(m+1)*n])
		}
	}
	s.errors.Weights(w.prior, entry, w.weights)
	wider := len(s.curve.values) > 0 && s.curve.step != step
	var crests [24]float64
	if wider {
		crests = s.crests()
	}
	s.combine(w, n)
	s.curve.slope = model.Slope(in) / float64(step)
	var unseen [scored]float64
	for k := range unseen {
		unseen[k] = s.unseen(int64(s.horizon(k)))
	}
	s.scores.Refresh(math.Exp2(s.ratio()/2), unseen)
	s.think()
	if wider {
		s.needs.flatten(crests, s.crests(), s.cfg.Quantile)
	}
	s.pledge(w, n)
}

// level finds a step of the level. What the model of a step was worth after another
// one says nothing about a new one. One that is found late is not new: it may have
// been lost from sight for a while.
func (s *Stream) level(in *model.Input) {
	began := int64(math.MinInt64)
	if s.step > 0 {
		began = s.fitted - s.step
	}
	s.step = int64(in.Step())
	if !in.Level(int(s.step)) {
		s.step = 0
	}
	quarter := int64(in.Recent)
	if 0 < s.step && s.step <= 2*quarter && s.done-s.step > began+quarter {
		s.errors.Forget(afterStep)
	}
}

// search looks for the periods. The calendar's are used even where they are not
// found: the weights of the models that rely on them decide.
func (s *Stream) search(y []float64) {
	step := s.hist.Step()
	s.searched = s.done
	s.short, s.long = max(day/step, 1), max(week/step, 2)
	s.periods = s.periods[:0]
	if step >= day {
		return
	}
	for i, p := range season.Find(y, []int{int(s.short), int(s.long)}) {
		s.periods = append(s.periods, float32(p.Length))
		if i == 0 && int64(p.Length) != s.short && int64(p.Length) != s.long {
			s.short, s.long = int64(p.Length), 7*int64(p.Length)
		}
	}
}

// combine makes the curve of what the models say.
func (s *Stream) combine(w *workspace, n int) {
	count := len(models)
	s.weights = resize(s.weights, count)
	clear(s.weights)
	for i, v := range w.weights {
		s.weights[i%count] += float32(v / scored)
	}
	w.order, w.values, w.shares = w.order[:0], resize(w.values, count), resize(w.shares, count)
	for m := range models {
		if w.prior[m] > 0 {
			w.order = append(w.order, m)
		}
	}
	s.curve.start(s.done*s.hist.Step(), s.hist.Step(), n)
	for h := range n {
		k, f := s.between(int64(h+1) * s.hist.Step())
		near, far := w.weights[min(k+1, scored-1)*count:], w.weights[k*count:]
		for _, m := range w.order {
			w.values[m], w.shares[m] = w.curves[m*n+h], far[m]*(1-f)+near[m]*f
		}
		v := pool.Middle(w.order, w.values, w.shares)
		s.curve.values[h] = float32(min(max(v, -math.MaxFloat32), math.MaxFloat32))
	}
	s.curve.summits()
}

// pledge notes what the pool and its models say at the scored horizons.
func (s *Stream) pledge(w *workspace, n int) {
	for k := range scored {
		steps := s.steps(k)
		if steps < 1 || (k+1 < scored && s.steps(k+1) == steps) {
			continue
		}
		said := s.pending.Add(k, s.done+steps-1, steps)
		if said == nil {
			continue
		}
		said[0] = s.curve.values[steps-1]
		for m := range models {
			said[m+1] = float32(math.NaN())
			if w.prior[m] > 0 {
				said[m+1] = float32(w.curves[m*n+int(steps)-1])
			}
		}
	}
}

// fill replaces gaps: by the value a season before, else by the last one. It
// reports false where there is nothing but gaps.
func fill(y []float64, season int) bool {
	first := slices.IndexFunc(y, func(v float64) bool { return !math.IsNaN(v) })
	if first < 0 {
		return false
	}
	for i := range y {
		switch {
		case i < first:
			y[i] = y[first]
		case !math.IsNaN(y[i]):
		case i >= season:
			y[i] = y[i-season]
		default:
			y[i] = y[i-1]
		}
	}
	return true
}

func resize[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
