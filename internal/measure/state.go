// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package measure // import "github.com/otelcol-aiops/otelcol-aiops/internal/measure"

import "github.com/otelcol-aiops/otelcol-aiops/internal/codec"

// Append adds the state to a snapshot.
func (n *Number) Append(b []byte) []byte {
	what := byte(0)
	if n.seen {
		what |= isSeen
	}
	if n.rest != 0 {
		what |= numberRest
	}
	b = append(b, what)
	b = codec.AppendInt64(b, n.start)
	b = codec.AppendInt64(b, n.at)
	b = codec.AppendFloat64(b, n.value)
	if n.rest != 0 {
		b = codec.AppendFloat64(b, n.rest)
	}
	return b
}

// What the first byte of a number's state may say.
const (
	isSeen     = 1
	numberRest = 2 // a rest follows the value
)

// Restore reads what Append wrote; the reader keeps the error.
func (n *Number) Restore(r *codec.Reader) {
	what := r.Byte()
	n.seen, n.start, n.at, n.value = what&isSeen != 0, r.Int64(), r.Int64(), r.Float64()
	if n.rest = 0; what&numberRest != 0 {
		n.rest = r.Float64()
	}
	if what > isSeen|numberRest {
		r.Fail()
	}
}

// Append adds the state to a snapshot.
func (h *Histogram) Append(b []byte) []byte {
	return h.last.Append(codec.AppendBool(b, h.seen))
}

// Restore reads what Append wrote; the reader keeps the error.
func (h *Histogram) Restore(r *codec.Reader) {
	h.seen = r.Bool()
	h.last.Restore(r)
}

// Append adds the point to a snapshot.
func (p *Point) Append(b []byte) []byte {
	b = codec.AppendBool(b, p.Exponential)
	b = codec.AppendBool(b, p.HasSum)
	b = codec.AppendInt64(b, p.Start)
	b = codec.AppendInt64(b, p.At)
	b = codec.AppendUint64(b, p.Count)
	b = codec.AppendFloat64(b, p.Sum)
	b = codec.AppendInt32(b, p.Scale)
	b = codec.AppendInt32(b, p.Positive)
	b = codec.AppendInt32(b, p.Negative)
	b = codec.AppendUint16(b, uint16(p.NegativeLen))
	b = codec.AppendUint16(b, uint16(len(p.Bounds)))
	for _, x := range p.Bounds {
		b = codec.AppendFloat64(b, x)
	}
	b = codec.AppendUint16(b, uint16(len(p.Buckets)))
	for _, n := range p.Buckets {
		b = codec.AppendUvarint(b, n)
	}
	return b
}

// Restore reads what Append wrote; the reader keeps the error.
func (p *Point) Restore(r *codec.Reader) {
	p.Exponential, p.HasSum = r.Bool(), r.Bool()
	p.Start, p.At, p.Count, p.Sum = r.Int64(), r.Int64(), r.Uint64(), r.Float64()
	p.Scale, p.Positive, p.Negative, p.NegativeLen = r.Int32(), r.Int32(), r.Int32(), int(r.Uint16())
	p.Bounds = make([]float64, r.Len(int(r.Uint16()), 8))
	for i := range p.Bounds {
		p.Bounds[i] = r.Float64()
	}
	p.Buckets = make([]uint64, r.Len(int(r.Uint16()), 1))
	for i := range p.Buckets {
		p.Buckets[i] = r.Uvarint()
	}
	if !p.valid() {
		r.Fail()
	}
}

// At is the time of the last point, 0 when there was none.
func (n *Number) At() int64 { return n.at }

// At is the time of the last point, 0 when there was none.
func (h *Histogram) At() int64 { return h.last.At }
