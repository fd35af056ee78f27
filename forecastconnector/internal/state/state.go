// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package state writes and reads the parts of a stream's state with one function
// for both, so that the two cannot disagree: little endian, floats bit for bit,
// slices with their length before them.
package state

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrInvalid says that bytes are not a state.
var ErrInvalid = errors.New("not the state of a forecast stream")

// Codec appends values to Bytes, or takes them from its front.
type Codec struct {
	Bytes   []byte
	Version byte // of the layout
	Reading bool
	Err     error // the first one; what is read after it is zero
}

// Check makes the state invalid unless ok, where it is being read.
func (c *Codec) Check(ok bool) {
	if c.Reading && !ok && c.Err == nil {
		c.Err = ErrInvalid
	}
}

func (c *Codec) word(v uint64, size int) uint64 {
	if !c.Reading {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], v)
		c.Bytes = append(c.Bytes, b[:size]...)
		return v
	}
	if c.Check(len(c.Bytes) >= size); c.Err != nil {
		return 0
	}
	var b [8]byte
	copy(b[:], c.Bytes[:size])
	c.Bytes = c.Bytes[size:]
	return binary.LittleEndian.Uint64(b[:])
}

// Int64 is a whole number.
func (c *Codec) Int64(v *int64) { *v = int64(c.word(uint64(*v), 8)) }

// Bool is a flag.
func (c *Codec) Bool(v *bool) {
	var w uint64
	if *v {
		w = 1
	}
	w = c.word(w, 1)
	c.Check(w <= 1)
	*v = w == 1
}

// Float64 is a number, NaN and infinities too.
func (c *Codec) Float64(v *float64) { *v = math.Float64frombits(c.word(math.Float64bits(*v), 8)) }

// Finite is a number that is neither NaN nor infinite.
func (c *Codec) Finite(v *float64) {
	c.Float64(v)
	c.Check(!math.IsNaN(*v) && !math.IsInf(*v, 0))
}

// Uint32 is a count.
func (c *Codec) Uint32(v *uint32) { *v = uint32(c.word(uint64(*v), 4)) }

// Float32 is a number, NaN and infinities too.
func (c *Codec) Float32(v *float32) {
	*v = math.Float32frombits(uint32(c.word(uint64(math.Float32bits(*v)), 4)))
}

// Float32s is an array of fixed length.
func (c *Codec) Float32s(v []float32) {
	for i := range v {
		c.Float32(&v[i])
	}
}

// Float32Slice is a slice of at most most numbers.
func (c *Codec) Float32Slice(v *[]float32, most int) {
	n := uint32(len(*v))
	c.Uint32(&n)
	if c.Check(int(n) <= most && len(c.Bytes) >= 4*int(n)); c.Err != nil {
		return
	}
	if c.Reading {
		*v = make([]float32, n)
	}
	c.Float32s(*v)
}
