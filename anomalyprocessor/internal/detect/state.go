// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// version is of the layout that Append writes.
const version = 1

// ErrState says that bytes are not the state of a detector.
var ErrState = errors.New("not a detector's state")

// Append adds the state to b: a byte of version, the fields of state in order,
// and for each profile a 1 and its fields, then a 0. Numbers are little endian.
// The restored detector goes on as this one would, to the bit.
func (d *Detector) Append(b []byte) []byte {
	b = append(b, version)
	b = put(b, &d.state)
	for _, p := range d.seasons {
		if p == nil {
			break
		}
		b = put(append(b, 1), p)
	}
	return append(b, 0)
}

func put(b []byte, v any) []byte {
	b, err := binary.Append(b, binary.LittleEndian, v)
	if err != nil {
		panic(err) // a field of no fixed size: a mistake in this package
	}
	return b
}

// Restore takes the state from the start of b and returns the rest. The detector
// is unchanged when there is an error.
func (d *Detector) Restore(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrState)
	}
	if b[0] != version {
		return nil, fmt.Errorf("%w: version %d, want %d", ErrState, b[0], version)
	}
	next := Detector{cfg: d.cfg}
	b, err := get(b[1:], &next.state)
	if err != nil {
		return nil, err
	}
	for i := 0; ; i++ {
		if len(b) == 0 {
			return nil, fmt.Errorf("%w: ends before the profiles do", ErrState)
		}
		more := b[0]
		b = b[1:]
		if more == 0 {
			break
		}
		if more != 1 || i == seasons {
			return nil, fmt.Errorf("%w: %d is not a mark of profile %d", ErrState, more, i)
		}
		p := &profile{}
		if b, err = get(b, p); err != nil {
			return nil, err
		}
		if !p.valid() {
			return nil, fmt.Errorf("%w: profile %d is out of range", ErrState, i)
		}
		next.seasons[i] = p
	}
	if !next.state.valid() {
		return nil, fmt.Errorf("%w: a field is out of range", ErrState)
	}
	*d = next
	return b, nil
}

func get(b []byte, v any) ([]byte, error) {
	n, err := binary.Decode(b, binary.LittleEndian, v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	return b[n:], nil
}

// valid says whether Step can go on from here without harm.
func (s *state) valid() bool {
	i, h := &s.Incident, &s.History
	ok := s.N >= 0 && s.Interval >= 0 && h.Width >= 0 && h.N >= 0 && h.N <= slots && h.Num >= 0 &&
		i.Kind <= Trend && i.N >= 0 && s.Strides >= 0 &&
		finite(s.Raw, s.Prev, s.Fast, s.Medium, s.Slow, s.Long, s.Scale, s.LongScale, s.Span, s.Stride,
			float64(s.Habit), s.Burst, s.Shift, s.Drift, s.VarFast, s.VarSlow, s.Center, s.Home, s.HomeScale, s.SeasonMean, s.Share, s.Cov, s.Var,
			i.From, i.Inside, i.Slow, i.Long, i.Scale, float64(i.Jump), i.SumY, i.SumTY, h.Sum) && finite(s.Mix[:]...)
	for _, sides := range s.Tails {
		for _, t := range sides {
			ok = ok && finite(float64(t.U), float64(t.Beta), float64(t.N)) && t.Beta > 0
		}
	}
	for _, m := range h.Mean[:max(0, min(h.N, slots))] {
		ok = ok && !math.IsInf(float64(m), 0) // NaN is where nothing was seen
	}
	return ok
}

func (p *profile) valid() bool {
	ok := p.Period > 0 && p.Bucket >= -1 && p.Bucket < buckets && finite(p.Sum, p.Num)
	for _, m := range p.Mean {
		ok = ok && finite(float64(m))
	}
	for _, n := range p.Noise {
		ok = ok && finite(float64(n)) && n > 0
	}
	return ok
}

func finite(all ...float64) bool {
	for _, x := range all {
		if math.IsNaN(x) || math.Abs(x) > math.MaxFloat64 {
			return false
		}
	}
	return true
}
