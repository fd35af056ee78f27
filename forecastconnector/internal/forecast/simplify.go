// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import "math"

const (
	// compact is how many buckets a stream keeps without asking what they are worth.
	compact = 2016
	// gain is how much better than coarser ones they must forecast to be kept.
	gain = 0.02
)

// simplify makes the buckets coarser once there are many of them that forecast no
// better than half as many would: memory and time go where they pay. It reports
// whether it did.
func (s *Stream) simplify(y []float64) bool {
	if len(y) < compact || s.hist.Step() >= hour/2 {
		return false
	}
	k := int(s.hist.Wider())
	// Less than three seasons show nothing.
	if len(y) >= 3*int(s.short)+k {
		if fine, coarse := s.backtest(y, k); fine < (1-gain)*coarse {
			return false
		}
	}
	s.hist.Coarsen(s.hist.Rung() + 1)
	s.coarsened()
	return true
}

// backtest forecasts the newest two short seasons by the mean of the same slots in
// up to seven seasons before, slots being single buckets or k of them, and returns
// the mean absolute errors.
func (s *Stream) backtest(y []float64, k int) (fine, coarse float64) {
	m := int(s.short)
	slot := func(i int) float64 { // the mean of bucket i in the seasons before
		sum, n := 0.0, 0.0
		for j := i - m; j >= 0 && n < 7; j -= m {
			if v := y[j]; !math.IsNaN(v) {
				sum += v
				n++
			}
		}
		return sum / n
	}
	for from := len(y) - len(y)%k - k*(2*m/k); from+k <= len(y); from += k {
		wide, n := 0.0, 0.0
		for i := from; i < from+k; i++ {
			if v := slot(i); !math.IsNaN(v) {
				wide += v
				n++
			}
		}
		for i := from; i < from+k; i++ {
			if e := math.Abs(y[i] - slot(i)); !math.IsNaN(e) {
				fine += e
				coarse += math.Abs(y[i] - wide/n)
			}
		}
	}
	return fine, coarse
}
