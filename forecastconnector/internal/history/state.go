// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrState says that bytes are not the state of a series.
var ErrState = errors.New("not the state of a history")

const header = 1 + 8 + 8 + 8 + 8 + 4

// Append appends the state, exactly.
func (s *Series) Append(b []byte) []byte {
	b = append(b, byte(s.rung))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.first))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.origin))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(s.sum))
	b = binary.LittleEndian.AppendUint64(b, uint64(s.count))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(s.means)))
	for _, m := range s.means {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(m))
	}
	return b
}

// Restore sets the state from the front of b and returns the rest.
func (s *Series) Restore(b []byte) ([]byte, error) {
	if len(b) < header || int(b[0]) >= len(Ladder) {
		return nil, ErrState
	}
	out := Series{
		rung:   int(b[0]),
		first:  int64(binary.LittleEndian.Uint64(b[1:])),
		origin: math.Float64frombits(binary.LittleEndian.Uint64(b[9:])),
		sum:    math.Float64frombits(binary.LittleEndian.Uint64(b[17:])),
		count:  int64(binary.LittleEndian.Uint64(b[25:])),
	}
	n := int(binary.LittleEndian.Uint32(b[33:]))
	b = b[header:]
	if n > len(b)/4 {
		return nil, ErrState
	}
	out.means = make([]float32, n)
	for i := range out.means {
		out.means[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	*s = out
	return b[4*n:], nil
}

// Size is the memory behind the struct, in bytes.
func (s *Series) Size() int { return 4 * cap(s.means) }
