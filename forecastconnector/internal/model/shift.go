// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package model

import "math"

const (
	// A step is believed when the mean since then differs from that before by more
	// than stepNoise times what quarters of a day usually differ by, by more than
	// stepPart of the level, and sets in within a quarter of a day.
	stepNoise = 8
	stepPart  = 0.35
	// stepApart is how far the hours since a step may differ from what they moved by in
	// the mean, in units of that, in the mean.
	stepApart = 0.25
)

// Step finds the newest lasting change of level within the last two days, or short
// seasons where these are longer, else within the last seven: until then the forecasts
// of a day ahead that were made before it outnumber those made since. It returns how
// many steps ago, 0 where there is none.
func (in *Input) Step() int {
	day := max(in.Short, 4*in.Recent)
	if k := in.stepWithin(2*day, day); k > 0 {
		return k
	}
	return in.stepWithin(7*day, day)
}

// stepWithin finds a change in up to most steps before the end, of a series of four
// days or more: the series, less the mean of each slot before these, changes its mean
// there.
func (in *Input) stepWithin(most, day int) int {
	n := len(in.Y)
	season := in.Short
	if in.Long > in.Short && n >= 4*in.Long {
		season = in.Long
	}
	quarter := max(day/4, 2)
	most = min(most, n/3)
	if n < 3*season || most < quarter || n < 4*day {
		return 0
	}
	// The season, from before the time that is searched.
	profile, count := grow(&in.scratch.season, season), grow(&in.scratch.same, season)
	level := 0.0
	for i := 0; i < n-most; i++ {
		profile[i%season] += in.Y[i]
		count[i%season]++
		level += math.Abs(in.Y[i])
	}
	level /= float64(n - most)
	sum := grow(&in.scratch.path, n+1)
	for i, v := range in.Y {
		k := i % season
		sum[i+1] = sum[i] + v - profile[k]/max(count[k], 1)
	}
	mean := func(from, to int) float64 { return (sum[to] - sum[from]) / float64(to-from) }
	// What quarters usually differ by, robustly: one step does not change it.
	diffs := in.scratch.same[:0]
	for to := n; to-2*quarter >= 0; to -= quarter {
		diffs = append(diffs, math.Abs(mean(to-quarter, to)-mean(to-2*quarter, to-quarter)))
	}
	in.scratch.same = diffs
	noise := 1.48 * median(diffs) / math.Sqrt2

	found, best := 0, 0.0
	for k := max(quarter/2, 2); k <= most; k++ {
		before := min(7*day, n-k)
		rise := mean(n-k, n) - mean(n-k-before, n-k)
		if size := math.Abs(rise) * math.Sqrt(float64(k)*float64(before)/float64(k+before)); size > best {
			found, best = k, size
		}
	}
	k := found
	if k == 0 || k == most { // it lies further back
		return 0
	}
	before := min(7*day, n-k)
	rise := mean(n-k, n) - mean(n-k-before, n-k)
	first := mean(n-k, n-k+min(quarter, k)) - mean(n-k-quarter, n-k)
	if math.Abs(rise) < stepNoise*noise || math.Abs(rise) < stepPart*level || first*rise < 0 || math.Abs(first) < math.Abs(rise)/2 {
		return 0
	}
	return k
}

// Level makes Leveled from Y: the history before a step scaled, or where it is not
// positive moved, by what came on the first day since over what an autoregression from
// before expected. It reports false, and leaves Leveled empty, where there is no step,
// or where it is none: a step moves all hours alike.
func (in *Input) Level(step int) bool {
	in.Leveled = in.Leveled[:0]
	if step == 0 {
		return false
	}
	at := len(in.Y) - step
	came := in.Y[at:][:min(step, in.Short)]
	expected := grow(&in.scratch.expected, len(came))
	in.autoregressionAfter(in.Y[:at], expected)
	if !in.alike(came, expected) {
		return false
	}
	since, usual := average(came), average(expected)
	in.Leveled = append(in.Leveled, in.Y...)
	for i := range at {
		if in.Positive && min(since, usual) > 0 {
			in.Leveled[i] *= min(max(since/usual, 0.05), 20)
		} else {
			in.Leveled[i] += since - usual
		}
	}
	return true
}

// alike says that what came is off by about the same at all hours, on logs where
// nothing is negative. On a strange day noon is off by more than night.
func (in *Input) alike(came, expected []float64) bool {
	unit := in.unit()
	shifts := grow(&in.scratch.path, len(came))
	for i := range shifts {
		if in.Positive {
			shifts[i] = logarithm(came[i], unit) - logarithm(expected[i], unit)
		} else {
			shifts[i] = came[i] - expected[i]
		}
	}
	shift, apart := average(shifts), 0.0
	for _, v := range shifts {
		apart += math.Abs(v - shift)
	}
	return apart/float64(len(shifts)) <= stepApart*math.Abs(shift)
}
