// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package season finds the periods of a regular series.
package season

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
)

const (
	// Cycles is how many full cycles a period must have been seen for.
	Cycles = 3
	// MinStrength is the least strength of a period that the calendar suggests.
	MinStrength = 0.1
	// MinFound is the least strength of one that only the data suggests: with
	// hundreds of lags to choose from, some fit by chance.
	MinFound = 0.3
	// Better is how much more of the variance a found period must leave explained
	// than a calendar period does to be preferred.
	Better = 0.2
)

// Period is a length in steps and how much of the variance within a cycle the
// other cycles explain, 0 to 1.
type Period struct {
	Length   int
	Strength float64
}

// Find returns the periods of a regular series, NaN where there is a gap, the
// shortest first: those of the calendar, ascending, that are in the data; where
// another length explains clearly more than the first of them, that one, and the
// calendar's multiples of it.
func Find(y []float64, calendar []int) []Period {
	if len(calendar) == 0 {
		return nil
	}
	first := Period{calendar[0], Strength(y, calendar[0])}
	if found := peak(y); found.Strength >= MinFound && found.Strength > first.Strength+Better {
		multiples := make([]int, len(calendar))
		for i, c := range calendar {
			multiples[i] = int(math.Round(float64(c) / float64(calendar[0]) * float64(found.Length)))
		}
		calendar = multiples
	}
	var out []Period
	for _, c := range calendar {
		if s := Strength(y, c); s >= MinStrength {
			out = append(out, Period{c, s})
			y = without(y, c)
		}
	}
	return out
}

// without returns the series less the mean of each slot: a week is one only for
// what its days do not say.
func without(y []float64, period int) []float64 {
	sum, count := make([]float64, period), make([]float64, period)
	for i, v := range y {
		if !math.IsNaN(v) {
			sum[i%period] += v
			count[i%period]++
		}
	}
	out := make([]float64, len(y))
	for i, v := range y {
		out[i] = v - sum[i%period]/count[i%period]
	}
	return out
}

// Strength is the share of the variance around a moving average over one period
// that the mean of the same slot in the other cycles explains; below 0 where it
// explains nothing, and for less than three cycles.
func Strength(y []float64, period int) float64 {
	if period < 2 || len(y) < Cycles*period {
		return -1
	}
	d := detrend(y, period)
	sum, count := make([]float64, period), make([]float64, period)
	for i, v := range d {
		if !math.IsNaN(v) {
			sum[i%period] += v
			count[i%period]++
		}
	}
	var rest, total float64
	for i, v := range d {
		k := i % period
		if math.IsNaN(v) || count[k] < 2 {
			continue
		}
		e := v - (sum[k]-v)/(count[k]-1)
		rest += e * e
		total += v * v
	}
	if total == 0 {
		return -1
	}
	return 1 - rest/total
}

// detrend subtracts a centred moving average over one period.
func detrend(y []float64, period int) []float64 {
	sum := make([]float64, len(y)+1)
	count := make([]float64, len(y)+1)
	for i, v := range y {
		sum[i+1], count[i+1] = sum[i], count[i]
		if !math.IsNaN(v) {
			sum[i+1] += v
			count[i+1]++
		}
	}
	out := make([]float64, len(y))
	for i, v := range y {
		// A whole period even at the ends: a part of a cycle has another mean.
		from := min(max(i-period/2, 0), len(y)-period)
		to := from + period
		out[i] = v - (sum[to]-sum[from])/(count[to]-count[from])
	}
	return out
}

// peak is the strongest period among the peaks of the autocorrelation.
func peak(y []float64) Period {
	longest := len(y) / Cycles
	r := Autocorrelation(detrend(y, len(y)), longest+2)
	var peaks []Period
	for lag := 3; lag <= longest; lag++ {
		if r[lag] < MinFound || r[lag] < r[lag-1] || r[lag] < r[lag+1] {
			continue
		}
		if lowest := slices.Min(r[lag/4 : lag]); r[lag]-lowest > MinFound {
			peaks = append(peaks, Period{lag, r[lag]})
		}
	}
	slices.SortFunc(peaks, func(a, b Period) int { return cmp.Compare(b.Strength, a.Strength) })
	peaks = peaks[:min(len(peaks), 8)]
	var best Period
	for i := range peaks {
		peaks[i].Strength = Strength(y, peaks[i].Length)
		best.Strength = max(best.Strength, peaks[i].Strength)
	}
	// A multiple of a period explains about as much: the shortest one wins.
	for _, p := range peaks {
		if p.Strength > best.Strength-0.05 && (best.Length == 0 || p.Length < best.Length) {
			best.Length = p.Length
		}
	}
	return best
}

// Autocorrelation returns the autocorrelation of y at lags 0 to longest, leaving
// gaps out, by Fourier transform (Wiener-Khinchin). The mean of y must be 0.
func Autocorrelation(y []float64, longest int) []float64 {
	n := 1 << bits.Len(uint(len(y)+longest))
	fft := fourier.NewFFT(n)
	correlate := func(of func(v float64) float64) []float64 {
		x := make([]float64, n)
		for i, v := range y {
			if !math.IsNaN(v) {
				x[i] = of(v)
			}
		}
		c := fft.Coefficients(nil, x)
		for i, v := range c {
			c[i] = complex(real(v)*real(v)+imag(v)*imag(v), 0)
		}
		return fft.Sequence(x, c)
	}
	values := correlate(func(v float64) float64 { return v })
	pairs := correlate(func(float64) float64 { return 1 })
	out := make([]float64, longest+1)
	if !(values[0] > 0) {
		return out
	}
	for lag := range out {
		if p := math.Round(pairs[lag] / float64(n)); p > 0 {
			out[lag] = values[lag] / p / (values[0] / math.Round(pairs[0]/float64(n)))
		}
	}
	return out
}
