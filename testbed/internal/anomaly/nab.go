// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"math"
	"slices"
)

// falsePositive is what a false positive costs in NAB's standard profile. True
// positives and missed windows weigh 1.
const falsePositive = 0.11

// NABResult is a score on NAB's scale: 0 for a detector that is silent, 100 for
// one that flags the first row of every window and nothing else.
type NABResult struct {
	Threshold, Score float64
}

// sigmoid is NAB's scaled sigmoid of a position relative to a window's right
// edge, in windows (Lavin and Ahmad 2015, section II.B).
func sigmoid(x float64) float64 {
	if x >= 3 {
		return -1
	}
	return 2/(1+math.Exp(5*x)) - 1
}

// nabRow is a row that counts: its score, its worth when flagged, and the window
// that it is in, or -1.
type nabRow struct {
	score, worth float64
	window       int
}

// nabRows appends the rows of a series after its probation. Windows are numbered
// from first on.
func nabRows(out []nabRow, s Scored, first int) []nabRow {
	const none = -1
	past, next := none, 0 // indices of windows: the one that ended last, the next to end
	for i, score := range s.Score {
		window, worth := none, -1.0
		switch {
		case next < len(s.Events) && i >= s.Events[next].Start:
			w := s.Events[next]
			worth = sigmoid(-float64(w.End-i+1)/float64(w.End-w.Start+1)) / sigmoid(-1)
			window = first + next
			if i == w.End {
				past, next = next, next+1
			}
		case past != none:
			w := s.Events[past]
			worth = sigmoid(float64(i-w.End) / float64(w.End-w.Start))
			worth *= falsePositive
		default:
			worth *= falsePositive
		}
		if i >= s.EvalFrom {
			out = append(out, nabRow{score, worth, window})
		}
	}
	return out
}

// nabSweep calls each with the raw score of every threshold, from the highest
// down: a row is flagged when its score is at or above the threshold. A window
// that is all in the probation does not count, as in NAB.
func nabSweep(rows []nabRow, each func(threshold, raw float64)) (windows int) {
	slices.SortStableFunc(rows, func(a, b nabRow) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	best := map[int]float64{}
	for _, r := range rows {
		if r.window >= 0 {
			best[r.window] = -1
		}
	}
	raw := -float64(len(best))
	each(math.Inf(1), raw)
	for i, r := range rows {
		switch {
		case r.window < 0:
			raw += r.worth
		case r.worth > best[r.window]:
			raw += r.worth - best[r.window]
			best[r.window] = r.worth
		}
		if i+1 == len(rows) || rows[i+1].score != r.score {
			each(r.score, raw)
		}
	}
	return len(best)
}

// NAB is the score of the standard profile at the best threshold for all series,
// which is how NAB scores.
func NAB(all []Scored) NABResult {
	var rows []nabRow
	first := 0
	for _, s := range all {
		rows = nabRows(rows, s, first)
		first += len(s.Events)
	}
	best := NABResult{Score: math.Inf(-1)}
	windows := nabSweep(rows, func(threshold, raw float64) {
		if raw > best.Score {
			best = NABResult{threshold, raw}
		}
	})
	best.Score = 100 * (best.Score + float64(windows)) / float64(2*windows)
	return best
}

// NABAt is the raw score of one series at a threshold, as in NAB's own tables of
// results by file.
func NABAt(s Scored, threshold float64) float64 {
	raw := 0.0
	nabSweep(nabRows(nil, s, 0), func(t, score float64) {
		if t >= threshold {
			raw = score
		}
	})
	return raw
}
