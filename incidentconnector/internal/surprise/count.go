// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package surprise // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/surprise"

import (
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

// The prior of a count's rate, as a gamma distribution: half an event in five
// slots. A first event in a long quiet time is a surprise, in a new stream little.
const (
	priorEvents = 0.5
	priorSlots  = 5.0
)

// Count is the memory of a stream of event counts, one a slot. The rate of events is
// unknown and gamma-distributed, so that the predictive distribution of a count is a
// negative binomial. What is older fades, so that a rate may change.
type Count struct {
	events, slots float64
}

// Add learns the count of a slot and returns how surprising so many were.
func (c *Count) Add(n float64) (nats float64) {
	nats = -math.Log(atLeast(n, c.events+priorEvents, c.slots+priorSlots))
	usual := c.Usual()
	const keep = 1 - 1.0/memory
	c.events = keep*c.events + math.Min(n, 1+clip*(usual+math.Sqrt(usual+1)))
	c.slots = keep*c.slots + 1
	return math.Min(nats, most)
}

// Quiet learns that a number of slots had none.
func (c *Count) Quiet(slots int64) {
	keep := math.Pow(1-1.0/memory, float64(slots))
	c.events *= keep
	c.slots = keep*c.slots + (1-keep)*memory
}

// Usual is the events expected in a slot.
func (c *Count) Usual() float64 { return (c.events + priorEvents) / (c.slots + priorSlots) }

// atLeast is the probability of n or more of a negative binomial with shape r, whose
// rate was watched for some slots.
func atLeast(n, r, slots float64) float64 {
	if n <= 0 {
		return 1
	}
	q := 1 / (slots + 1) // of one more event
	mean := r / slots
	if n > mean+1e4 {
		return math.Exp(-most)
	}
	lg := func(x float64) float64 { l, _ := math.Lgamma(x); return l }
	// The term at n, then on until the terms no longer count.
	term := math.Exp(lg(n+r) - lg(r) - lg(n+1) + n*math.Log(q) + r*math.Log1p(-q))
	if n > mean {
		sum := 0.0
		for k := n; term > 1e-4*sum+1e-300; k++ {
			sum += term
			term *= (k + r) / (k + 1) * q
		}
		return math.Max(sum, math.Exp(-most))
	}
	return 1 // below the mean: no surprise
}

// Append adds the state.
func (c *Count) Append(b []byte) []byte {
	return codec.AppendFloat64(codec.AppendFloat64(b, c.events), c.slots)
}

// Restore reads what Append wrote.
func (c *Count) Restore(r *codec.Reader) {
	c.events, c.slots = r.Float64(), r.Float64()
	if !(c.events >= 0 && c.slots >= 0 && c.events < 1e12 && c.slots <= memory+1) {
		r.Fail()
		*c = Count{}
	}
}
