// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package measure // import "github.com/otelcol-aiops/otelcol-aiops/internal/measure"

import (
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

// Sample is a point without its attributes: a number, or a distribution.
type Sample struct {
	Kind         Kind
	Start, At    int64 // ns since 1970; Start 0 is unknown
	Value        float64
	Rest         float64 // of a whole number beyond 2^53, what Value leaves of it
	Distribution *Point  // in place of Start and Value
}

// Clone returns a copy that shares no memory.
func (s *Sample) Clone() Sample {
	c := *s
	if s.Distribution != nil {
		c.Distribution = s.Distribution.Clone()
	}
	return c
}

// MinSampleSize is the fewest bytes that a sample appends.
const MinSampleSize = 2 + 8 + 8 + 8 + 1

// hasRest is set of a kind where a rest follows the value.
const hasRest = 1 << 8

// Append adds the sample to a snapshot.
func (s *Sample) Append(b []byte) []byte {
	kind := uint16(s.Kind)
	if s.Rest != 0 {
		kind |= hasRest
	}
	b = codec.AppendUint16(b, kind)
	b = codec.AppendInt64(b, s.Start)
	b = codec.AppendInt64(b, s.At)
	b = codec.AppendFloat64(b, s.Value)
	if s.Rest != 0 {
		b = codec.AppendFloat64(b, s.Rest)
	}
	b = codec.AppendBool(b, s.Distribution != nil)
	if s.Distribution != nil {
		b = s.Distribution.Append(b)
	}
	return b
}

// Restore reads what Append wrote; the reader keeps the error.
func (s *Sample) Restore(r *codec.Reader) {
	kind := r.Uint16()
	s.Kind, s.Start, s.At, s.Value = Kind(kind&^hasRest), r.Int64(), r.Int64(), r.Float64()
	if s.Rest = 0; kind&hasRest != 0 {
		s.Rest = r.Float64()
	}
	if r.Bool() {
		s.Distribution = new(Point)
		s.Distribution.Restore(r)
	}
}
