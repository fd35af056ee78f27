// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package codec writes and reads the little-endian values that states are made
// of. Appending cannot fail; a Reader remembers its first failure and gives
// zeros from then on, so that a state is read without a check at each value.
package codec // import "github.com/otelcol-aiops/otelcol-aiops/internal/codec"

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrMalformed says that a state ends too early or holds what no state can.
var ErrMalformed = errors.New("malformed state")

// AppendBool appends one byte.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendUint16 appends two bytes.
func AppendUint16(b []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(b, v) }

// AppendInt32 appends four bytes.
func AppendInt32(b []byte, v int32) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(v))
}

// AppendInt64 appends eight bytes.
func AppendInt64(b []byte, v int64) []byte {
	return binary.LittleEndian.AppendUint64(b, uint64(v))
}

// AppendUint64 appends eight bytes.
func AppendUint64(b []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(b, v) }

// AppendFloat64 appends eight bytes.
func AppendFloat64(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// AppendUvarint appends one to ten bytes.
func AppendUvarint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// Reader reads what the functions above appended.
type Reader struct {
	rest []byte
	err  error
}

// NewReader returns a reader of b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Err is nil or ErrMalformed.
func (r *Reader) Err() error { return r.err }

// Fail makes the state malformed.
func (r *Reader) Fail() { r.err, r.rest = ErrMalformed, nil }

// Rest is what was not read yet.
func (r *Reader) Rest() []byte { return r.rest }

// Skip takes the reader to a rest that someone else left, or to his error.
func (r *Reader) Skip(rest []byte, err error) {
	if r.rest = rest; err != nil {
		r.Fail()
	}
}

// Len returns n when n items of at least size bytes can still come, else 0 and
// the state is malformed: no memory is taken for what is not there.
func (r *Reader) Len(n, size int) int {
	if n < 0 || n > len(r.rest)/size {
		r.Fail()
		return 0
	}
	return n
}

func (r *Reader) take(n int) []byte {
	if n > len(r.rest) {
		r.Fail()
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// Byte reads one byte.
func (r *Reader) Byte() byte { return r.take(1)[0] }

// Bool reads one byte, 0 or 1.
func (r *Reader) Bool() bool {
	v := r.Byte()
	if v > 1 {
		r.Fail()
	}
	return v == 1
}

// Uint16 reads two bytes.
func (r *Reader) Uint16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

// Int32 reads four bytes.
func (r *Reader) Int32() int32 {
	return int32(binary.LittleEndian.Uint32(r.take(4)))
}

// Int64 reads eight bytes.
func (r *Reader) Int64() int64 { return int64(r.Uint64()) }

// Uint64 reads eight bytes.
func (r *Reader) Uint64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// Float64 reads eight bytes.
func (r *Reader) Float64() float64 { return math.Float64frombits(r.Uint64()) }

// Uvarint reads one to ten bytes.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Bytes reads n bytes, which stay those of the reader's slice.
func (r *Reader) Bytes(n int) []byte { return r.take(n) }
