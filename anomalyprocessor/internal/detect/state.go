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
const version = 3

// ErrState says that bytes are not the state of a detector.
var ErrState = errors.New("not a detector's state")

// Append adds the state to b: a byte of version, the fields of state in order,
// those of the incident, of home, of the hold and of the episodes, each after a 1, or
// a 0 where there is none, and for each profile a 1 and its fields, then a 0. Numbers
// are little endian.
// The restored detector goes on as this one would, to the bit.
func (d *Detector) Append(b []byte) []byte {
	b = append(b, version)
	b = put(b, &d.state)
	b = putMaybe(b, d.incident)
	b = putMaybe(b, d.home)
	b = putMaybe(b, d.hold)
	b = putMaybe(b, d.episodes)
	for _, p := range d.found() {
		b = put(append(b, 1), p)
	}
	return append(b, 0)
}

func putMaybe[T any](b []byte, v *T) []byte {
	if v == nil {
		return append(b, 0)
	}
	return put(append(b, 1), v)
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
	next := Detector{cfg: d.cfg}
	var err error
	switch b[0] {
	case 1:
		b, err = next.restore1(b[1:])
	case 2:
		b, err = next.restore2(b[1:])
	case version:
		b, err = next.restore3(b[1:])
	default:
		err = fmt.Errorf("%w: version %d, want at most %d", ErrState, b[0], version)
	}
	switch {
	case err != nil:
		return nil, err
	case !next.valid():
		return nil, fmt.Errorf("%w: a field is out of range", ErrState)
	}
	*d = next
	return b, nil
}

// restore3 reads what Append wrote.
func (d *Detector) restore3(b []byte) ([]byte, error) {
	b, err := get(b, &d.state)
	if err != nil {
		return nil, err
	}
	if b, err = d.restoreOpen(b); err != nil {
		return nil, err
	}
	if d.episodes, b, err = getMaybe[episodes](b); err != nil {
		return nil, err
	}
	return profilesOf(d, b, func(p *profile) *profile { return p })
}

// restoreOpen reads the incident, the home and the hold.
func (d *Detector) restoreOpen(b []byte) ([]byte, error) {
	var err error
	if d.incident, b, err = getMaybe[incident](b); err != nil {
		return nil, err
	}
	if d.home, b, err = getMaybe[home](b); err != nil {
		return nil, err
	}
	d.hold, b, err = getMaybe[hold](b)
	return b, err
}

// profilesOf reads the profiles that b begins with.
func profilesOf[T any](d *Detector, b []byte, now func(*T) *profile) ([]byte, error) {
	for i := 0; ; i++ {
		p, rest, err := getMaybe[T](b)
		b = rest
		switch {
		case err != nil:
			return nil, err
		case p == nil:
			return b, nil
		case i == seasons:
			return nil, fmt.Errorf("%w: more than %d profiles", ErrState, seasons)
		}
		d.seasons[i] = now(p)
	}
}

// getMaybe reads what putMaybe wrote.
func getMaybe[T any](b []byte) (*T, []byte, error) {
	switch {
	case len(b) == 0:
		return nil, nil, fmt.Errorf("%w: cut off", ErrState)
	case b[0] == 0:
		return nil, b[1:], nil
	case b[0] != 1:
		return nil, nil, fmt.Errorf("%w: %d is neither 0 nor 1", ErrState, b[0])
	}
	v := new(T)
	b, err := get(b[1:], v)
	return v, b, err
}

func get(b []byte, v any) ([]byte, error) {
	n, err := binary.Decode(b, binary.LittleEndian, v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	return b[n:], nil
}

// valid says whether Step can go on from here without harm.
func (d *Detector) valid() bool {
	ok := d.state.valid() && (d.incident == nil || d.incident.valid()) && (d.home == nil || d.home.valid()) &&
		(d.hold == nil || d.hold.valid()) && (d.episodes == nil || d.episodes.valid())
	for _, p := range d.seasons {
		ok = ok && (p == nil || p.valid())
	}
	return ok
}

func (s *state) valid() bool {
	h := &s.History
	ok := s.N >= 0 && int64(s.Settled) >= min(1, s.N) && s.Interval >= 0 && s.Strides >= 0 && h.Width >= 0 && h.N >= 0 && h.N <= slots && h.Num >= 0 &&
		finite(s.Raw, s.Prev, s.Fast, s.Medium, s.Slow, s.Long, s.Scale, s.LongScale, s.Span, s.Stride,
			float64(s.Habit), float64(s.Jump), float64(s.Sum[0]), float64(s.Sum[1]), s.VarFast, s.VarSlow,
			s.Center, s.SeasonMean, s.Share, s.Cov, s.Var, h.Sum) && finite(s.Mix[:]...)
	for _, sides := range s.Tails {
		for _, t := range sides {
			ok = ok && finite(float64(t.U), float64(t.Beta)) && t.Beta > 0
		}
	}
	for _, m := range h.Mean[:max(0, min(h.N, slots))] {
		ok = ok && !math.IsInf(float64(m), 0) // NaN is where nothing was seen
	}
	return ok
}

func (i *incident) valid() bool {
	return i.Kind <= Trend && i.Back <= Trend && i.N >= 0 &&
		finite(i.From, i.Inside, i.Slow, i.Long, i.Scale, float64(i.Peak), i.Far, i.Off, i.SumY, i.SumTY, i.SumYY)
}

func (m *episodes) valid() bool {
	ok := m.N >= 0 && m.N <= maxEpisodes
	for i := range m.List {
		ok = ok && finite(float64(m.List[i].Far)) && m.List[i].Length > math.MinInt32
	}
	return ok
}

func (h *home) valid() bool { return h.Back >= 0 && finite(h.Level, h.Away, h.Off, h.Scale) }

func (p *profile) valid() bool {
	ok := p.Period > 0 && p.Bucket >= -1 && p.Bucket < buckets && finite(p.Sum, float64(p.Num))
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
