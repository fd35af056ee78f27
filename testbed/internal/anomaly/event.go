// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package anomaly scores anomaly detectors against labelled series, and holds the
// simple detectors that ours is compared with.
package anomaly

import (
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

const (
	before = 1  // points before an event's start that detect it
	after  = 5  // points after its end that detect it
	apart  = 10 // points between flags that are still one false alarm
	endure = 60 // points after which a false alarm counts again
	// Budget is how many false alarms a series and day may cost.
	Budget = 0.5
)

// Scored is a labelled series with a detector's score of every row, 0 where it
// was silent.
type Scored struct {
	*dataset.Series
	Score []float64
}

// Result is how a detector does on a set of series at one threshold.
type Result struct {
	Threshold float64
	Events    int
	Detected  int
	False     int     // false alarms
	Days      float64 // of normal rows, all series together
	Delay     []int   // in points, of the detected events
}

// Recall is the share of the events that are detected.
func (r Result) Recall() float64 { return ratio(r.Detected, r.Events) }

// Precision is the share of true ones among what was reported: an event counts
// once.
func (r Result) Precision() float64 { return ratio(r.Detected, r.Detected+r.False) }

// F1 is the harmonic mean of precision and recall.
func (r Result) F1() float64 {
	return ratio(2*r.Detected, r.Events+r.Detected+r.False)
}

// Rate is the number of false alarms a series and day.
func (r Result) Rate() float64 {
	if r.Days == 0 {
		return 0
	}
	return float64(r.False) / r.Days
}

// MedianDelay is in points.
func (r Result) MedianDelay() int {
	if len(r.Delay) == 0 {
		return 0
	}
	slices.Sort(r.Delay)
	return r.Delay[len(r.Delay)/2]
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// At scores all series at one threshold: a row is flagged when its score is at
// or above it.
func At(all []Scored, threshold float64) Result {
	r := Result{Threshold: threshold}
	for _, s := range all {
		r.add(s, threshold)
	}
	return r
}

func (r *Result) add(s Scored, threshold float64) {
	normal := len(s.Score) - s.EvalFrom
	last, began := math.MinInt/2, 0
	row := s.EvalFrom
	alarms := func(to int) {
		for ; row < to; row++ {
			if s.Score[row] < threshold {
				continue
			}
			switch {
			case row-last > apart:
				r.False++
				began = row
			case row-began >= endure:
				r.False++
				began += endure
			}
			last = row
		}
	}
	for _, e := range s.Events {
		from := max(e.Start-before, s.EvalFrom)
		to := min(e.End+after, len(s.Score)-1)
		alarms(from)
		r.Events++
		for i := from; i <= to; i++ {
			if s.Score[i] >= threshold {
				r.Detected++
				r.Delay = append(r.Delay, max(0, i-e.Start))
				break
			}
		}
		end := min(max(to, e.Ignore), len(s.Score)-1) + 1
		normal -= max(0, end-max(from, row))
		row = max(row, end)
	}
	alarms(len(s.Score))
	r.Days += s.Days(normal)
}

// Curve scores all series at every threshold that loses one of at most n groups
// of events, from the highest threshold down. Between two of those only false
// alarms change.
func Curve(all []Scored, n int) []Result {
	var peaks []float64
	for _, s := range all {
		for _, e := range s.Events {
			from, to := max(e.Start-before, s.EvalFrom), min(e.End+after, len(s.Score)-1)
			if from > to {
				continue
			}
			if peak := slices.Max(s.Score[from : to+1]); peak > 0 {
				peaks = append(peaks, peak)
			}
		}
	}
	slices.SortFunc(peaks, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	peaks = slices.Compact(peaks)
	groups := min(n, len(peaks))
	out := make([]Result, 0, groups)
	for g := range groups {
		out = append(out, At(all, peaks[(g+1)*len(peaks)/groups-1]))
	}
	return out
}

// Best is the point of the curve with the highest F1 within the budget of false
// alarms.
func Best(curve []Result) Result {
	var best Result
	for _, r := range curve {
		if r.Rate() <= Budget && r.F1() >= best.F1() {
			best = r
		}
	}
	return best
}

// Area is the area under the curve of precision over recall (average precision),
// of events.
func Area(curve []Result) float64 {
	area, recall := 0.0, 0.0
	for _, r := range curve {
		area += (r.Recall() - recall) * r.Precision()
		recall = r.Recall()
	}
	return area
}
