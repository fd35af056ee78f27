// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package detect watches one stream of numbers: it learns online what the stream
// does and says of every value, as it comes, how unusual it is, of which kind,
// and what would have been expected.
package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unsafe"
)

// Kind is what an anomaly looks like.
type Kind uint8

const (
	None           Kind = iota
	Spike               // a few points above what is expected
	Dip                 // a few points below what is expected
	LevelShift          // a step to another level
	VarianceChange      // as much above as below: wilder than before
	Drop                // a fall to nearly nothing
	Trend               // a steady move away
)

// String is the kind's name in telemetry.
func (k Kind) String() string {
	return [...]string{"", "spike", "dip", "level_shift", "variance_change", "drop", "trend"}[k]
}

// Verdict is what is known about one value at the time it comes.
type Verdict struct {
	Warming   bool    // too little is known: Score is 0
	Anomalous bool    // Score is at or above 1 and the configuration lets it through
	Kind      Kind    // None unless Anomalous
	Up        bool    // above Expected
	Score     float64 // 0 upwards, 1 is the threshold; a logarithm of how rare this is
	Expected  float64
	Lower     float64 // a single value outside of Lower to Upper is anomalous
	Upper     float64
}

// Detector watches one stream. It is not safe for concurrent use.
type Detector struct {
	cfg *Config
	state
}

// state has fields of fixed size only: it is what is saved.
type state struct {
	Last  int64 // event time of the newest value, ns
	N     int64 // values learnt
	Level float64
	Scale float64 // mean absolute deviation
}

// New returns a detector that knows nothing yet.
func New(cfg *Config) *Detector {
	return &Detector{cfg: cfg}
}

// warm is how many values a detector needs to see before it speaks.
const warm = 60

// Step takes the next value, at an event time in nanoseconds. Values that are not
// finite, or that are not newer than the last, are neither learnt nor judged.
func (d *Detector) Step(at int64, value float64) Verdict {
	if math.IsNaN(value) || math.IsInf(value, 0) || (d.N > 0 && at <= d.Last) {
		return Verdict{Warming: d.N < warm, Expected: d.Level, Lower: d.Level, Upper: d.Level}
	}
	d.Last = at
	d.N++
	if d.N == 1 {
		d.Level = value
	}
	r := value - d.Level
	s := d.Scale + 1e-9*math.Abs(d.Level) + 1e-300
	v := Verdict{Warming: d.N <= warm, Expected: d.Level, Lower: d.Level - 6*s, Upper: d.Level + 6*s, Up: r > 0}
	if !v.Warming {
		v.Score = math.Abs(r) / (6 * s)
		v.Anomalous = v.Score >= 1
		if v.Anomalous {
			v.Kind = Dip
			if v.Up {
				v.Kind = Spike
			}
		}
	}
	a := max(0.05, 1/float64(d.N))
	if d.N > 10 {
		r = max(-3*s, min(3*s, r))
	}
	d.Level += a * r
	d.Scale += a * (math.Abs(r) - d.Scale)
	return v
}

// Method names, for people, what the detector does with this stream.
func (d *Detector) Method() string {
	if d.N < warm {
		return "warming up"
	}
	return "level"
}

// Size is the memory held, in bytes.
func (d *Detector) Size() int { return int(unsafe.Sizeof(*d)) }

// version is of the layout that Append writes.
const version = 1

// ErrState says that bytes are not the state of a detector.
var ErrState = errors.New("not a detector's state")

// Append adds the state to b: the restored detector goes on as this one would.
func (d *Detector) Append(b []byte) []byte {
	b = append(b, version)
	b, err := binary.Append(b, binary.LittleEndian, &d.state)
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
	var s state
	n, err := binary.Decode(b[1:], binary.LittleEndian, &s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrState, err)
	}
	d.state = s
	return b[1+n:], nil
}
