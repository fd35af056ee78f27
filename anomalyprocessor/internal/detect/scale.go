// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "math"

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

// learnScale takes the size of an error, and how far the stream is from its level of
// long.
func (d *Detector) learnScale(size, span, rate float64, s seasonal) {
	early := 1 / float64(d.Settled)
	d.Scale += max(scaleRate*rate, early) * (size/s.noise - d.Scale)
	fall := max(forgetRate, float64(d.Interval)/float64(forgetDays*day))
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
