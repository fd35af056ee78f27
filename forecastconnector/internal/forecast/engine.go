// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unsafe"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/history"
)

const day = int64(24 * time.Hour)

// engine: seasonal naive over a day once there are two, else the level; bounds
// from the spread of the differences.
type engine struct {
	hist   history.Series
	points int64
	last   int64
	value  float64
	level  float64
	spread float64
	lowest float64
	fitted int64
}

func (s *Stream) update(at int64, value float64) bool {
	if math.IsNaN(value) || math.IsInf(value, 0) || (s.points > 0 && at <= s.last) {
		return false
	}
	if s.points == 0 {
		s.hist = history.New(at, 0, value)
		s.level, s.lowest = value, value
	}
	if s.points == 1 {
		for r := range history.Ladder {
			if history.Ladder[r] >= at-s.last || r == len(history.Ladder)-1 {
				s.hist.Coarsen(r)
				break
			}
		}
	}
	s.hist.Add(at, value, s.cfg.Buckets)
	s.spread += (math.Abs(value-s.mean(0)) - s.spread) * max(0.02, 1/float64(s.points+1))
	s.level += (value - s.level) * max(0.2, 1/float64(s.points+1))
	s.points, s.last, s.value, s.lowest = s.points+1, at, value, min(s.lowest, value)
	return true
}

func (s *Stream) fitDue() bool { return s.hist.Open() > s.fitted }
func (s *Stream) fit()         { s.fitted = s.hist.Open() }

func (s *Stream) mean(h time.Duration) float64 {
	i := s.hist.Bucket(s.last+int64(h)) - s.hist.First()
	n, cycle := int64(s.hist.Len()), day/s.hist.Step()
	if n < 2*cycle {
		return s.level
	}
	for i >= n {
		i -= cycle
	}
	if v := s.hist.At(int(i)); !math.IsNaN(v) {
		return v
	}
	return s.level
}

func (s *Stream) quantile(h time.Duration, p float64) float64 {
	q := s.mean(h) + 1.25*s.spread*math.Sqrt2*math.Erfinv(2*p-1)
	if s.cfg.Min != nil || s.lowest >= 0 {
		q = max(q, 0)
	}
	return q
}

func (s *Stream) highest(from, to time.Duration, p float64) float64 {
	q := s.quantile(to, p)
	for h := from; h < to; h += time.Duration(s.hist.Step()) {
		q = max(q, s.quantile(h, p))
	}
	return q
}

func (s *Stream) timeToLimit(limit float64, most time.Duration) (time.Duration, bool) {
	step := time.Duration(s.hist.Step())
	for h := time.Duration(0); h < most; h += step {
		if (s.mean(h) >= limit) != (s.value >= limit) || s.value == limit {
			return h, true
		}
	}
	return 0, false
}

func (s *Stream) due(int) (Point, bool)   { return Point{}, false }
func (s *Stream) measured(i int) Measured { return Measured{Horizon: s.cfg.Horizons[i]} }
func (s *Stream) describe() Description {
	return Description{Step: time.Duration(s.hist.Step()), Buckets: s.hist.Len(), Level: s.level}
}

func (s *Stream) append(b []byte) []byte {
	for _, v := range []uint64{uint64(s.points), uint64(s.last), math.Float64bits(s.value), math.Float64bits(s.level), math.Float64bits(s.spread), math.Float64bits(s.lowest), uint64(s.fitted)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return s.hist.Append(b)
}

func (s *Stream) restore(b []byte) ([]byte, error) {
	if len(b) < 56 {
		return nil, errors.New("short")
	}
	u := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	s.points, s.last, s.fitted = int64(u(0)), int64(u(1)), int64(u(6))
	s.value, s.level, s.spread, s.lowest = math.Float64frombits(u(2)), math.Float64frombits(u(3)), math.Float64frombits(u(4)), math.Float64frombits(u(5))
	return s.hist.Restore(b[56:])
}

func (s *Stream) size() int { return int(unsafe.Sizeof(*s)) + s.hist.Size() }
