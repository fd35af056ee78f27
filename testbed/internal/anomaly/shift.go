// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// Shifts makes series of white noise, a point a minute for five days, that are so
// many sigmas higher for an hour of the last day.
func Shifts(n int, sigmas float64, seed uint64) []dataset.Series {
	out := make([]dataset.Series, n)
	for i := range out {
		r := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // noise
		s := dataset.Series{Set: "shift", Name: fmt.Sprint(sigmas, i), EvalFrom: 1440}
		const day, hour = 1440, 60
		e := dataset.Event{Kind: "level", Start: 4 * day, End: 4*day + hour - 1, Ignore: 4*day + 2*hour}
		for row := range 5 * day {
			v := r.NormFloat64()
			if row >= e.Start && row <= e.End {
				v += sigmas
			}
			s.At, s.Value = append(s.At, start+int64(row)*int64(time.Minute)), append(s.Value, 100+5*v)
		}
		s.Events = []dataset.Event{e}
		out[i] = s
	}
	return out
}

// Hourly makes series of a point an hour over eight weeks: a business day with
// noise, and from the second week on each three days an anomaly: a spike of eight
// sigmas, six hours of four sigmas below, or three hours of nothing.
func Hourly(n int, seed uint64) []dataset.Series {
	out := make([]dataset.Series, n)
	for i := range out {
		r := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // noise
		s := dataset.Series{Set: "hourly", Name: fmt.Sprint("hourly", i), EvalFrom: 14 * 24}
		noise := 20 + 40*r.Float64()
		for row := range 56 * 24 {
			h := float64(row % 24)
			v := 400 + 300*math.Sin(2*math.Pi*(h-8)/24) + noise*r.NormFloat64()
			s.At, s.Value = append(s.At, start+int64(row)*int64(time.Hour)), append(s.Value, v)
		}
		for row := s.EvalFrom + r.IntN(48); row < len(s.At)-24; row += 60 + r.IntN(36) {
			e := dataset.Event{Kind: "spike", Start: row, End: row}
			switch r.IntN(3) {
			case 0:
				s.Value[row] += 8 * noise
			case 1:
				e.Kind, e.End = "level", row+5
				for k := row; k <= e.End; k++ {
					s.Value[k] -= 4 * noise
				}
			default:
				e.Kind, e.End = "cliff", row+2
				for k := row; k <= e.End; k++ {
					s.Value[k] = 0
				}
			}
			e.Ignore = e.End + 12
			s.Events = append(s.Events, e)
		}
		out[i] = s
	}
	return out
}

// start is a Monday, ns since 1970.
const start = int64(1767571200) * int64(time.Second)

// Within counts the series whose event is flagged in so many rows from its start.
func Within(series []dataset.Series, flags [][]Flagged, rows int) (found int) {
	for i := range series {
		from := series[i].Events[0].Start
		for _, f := range flags[i] {
			if f.At >= series[i].At[from] && f.At < series[i].At[from+rows] {
				found++
				break
			}
		}
	}
	return found
}
