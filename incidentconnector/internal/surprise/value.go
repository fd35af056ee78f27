// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package surprise says how improbable a number is by what its stream did before,
// in nats: the negative logarithm of the probability of such a number or a more
// extreme one. Nats of independent streams add up.
package surprise // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/surprise"

import (
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

const (
	// memory is how many slots a stream's level and spread look back.
	memory = 60
	// Warm is how many slots are learnt before a stream can surprise.
	Warm = 10
	// clip bounds, in spreads, what one slot teaches: an anomaly does not become
	// the norm while it lasts some minutes (Huber, 1964).
	clip = 2
	// leastSpread is a share of the level: less is no difference to a person.
	leastSpread = 0.05
	// freedom is that of Student's t, whose tail is as fat as operations data's: ten
	// spreads are 8 nats, a hundred 17.
	freedom = 4
	// most bounds the nats of one stream, which must not decide alone: of ten services or
	// more an incident takes 20.
	most = 16
)

// Value is the memory of a stream of measured values. The zero value is empty.
type Value struct {
	seen          uint32
	level, spread float64
}

// Add learns a value and returns how surprising it was, and whether it was above
// the level.
func (v *Value) Add(x float64) (nats float64, up bool) {
	if v.seen == 0 {
		v.seen, v.level = 1, x
		return 0, false
	}
	spread := math.Max(v.spread, leastSpread*math.Abs(v.level))
	off := x - v.level
	if v.seen >= Warm && off != 0 {
		nats = tail(math.Abs(off) / math.Max(spread, math.SmallestNonzeroFloat32))
	}
	v.learn(off, spread)
	return nats, off > 0
}

// learn moves level and spread. The first slots teach with the weights of a mean.
func (v *Value) learn(off, spread float64) {
	v.seen = min(v.seen+1, memory)
	rate := 1 / float64(v.seen)
	if v.seen > Warm {
		off = math.Max(-clip*spread, math.Min(clip*spread, off))
	}
	v.level += rate * off
	// The mean absolute deviation of a normal is 0.8 standard deviations.
	v.spread += rate * (1.25*math.Abs(off) - v.spread)
}

// Level is what is usual.
func (v *Value) Level() float64 { return v.level }

// Ready is false while the stream cannot surprise.
func (v *Value) Ready() bool { return v.seen >= Warm }

// tail is the negative logarithm of the two-sided tail of Student's t with 4
// degrees of freedom, which has a closed form.
func tail(z float64) float64 {
	if z > 1e4 {
		return most
	}
	w := z / math.Sqrt(freedom+z*z)
	p := 1 - w*(1+(1-w*w)/2) // two-sided
	return math.Min(-math.Log(math.Max(p, 1e-300)), most)
}

// Append adds the state.
func (v *Value) Append(b []byte) []byte {
	b = codec.AppendUvarint(b, uint64(v.seen))
	b = codec.AppendFloat64(b, v.level)
	return codec.AppendFloat64(b, v.spread)
}

// Restore reads what Append wrote.
func (v *Value) Restore(r *codec.Reader) {
	v.seen = uint32(min(r.Uvarint(), memory))
	v.level, v.spread = r.Float64(), r.Float64()
	if math.IsNaN(v.level+v.spread) || math.IsInf(v.level+v.spread, 0) || v.spread < 0 {
		r.Fail()
	}
}
