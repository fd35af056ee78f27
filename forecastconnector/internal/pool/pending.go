// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"
)

// Overlap is how many forecasts of one horizon are under way at a time.
const Overlap = 6

const kept = Overlap + 1

// Pending holds what the models said about buckets that have not come yet.
type Pending struct {
	models int
	target []int64     // [horizon*kept+slot]: the bucket that the said is about
	said   [][]float32 // [horizon][slot*(models+1)]: the pool's, then each model's, NaN where it had nothing to say; nil where the horizon is not in use
	newest []int64     // [horizon]: the last target
	next   []uint32    // [horizon]: the slot to use next
}

const none = math.MinInt64

// NewPending returns an empty book for a pool.
func NewPending(models, horizons int) Pending {
	p := Pending{
		models: models,
		target: make([]int64, horizons*kept),
		said:   make([][]float32, horizons),
		newest: make([]int64, horizons),
		next:   make([]uint32, horizons),
	}
	p.Clear()
	return p
}

// Clear forgets all that is pending, and the memory for it: with wider buckets
// fewer horizons are in use.
func (p *Pending) Clear() {
	clear(p.said)
	for i := range p.target {
		p.target[i] = none
	}
	for i := range p.newest {
		p.newest[i] = none
	}
}

// Add returns the place for what is said about a bucket that is steps ahead, the
// pool's forecast first, then that of each model; nil where the last one of the
// horizon is too near.
func (p *Pending) Add(horizon int, bucket, steps int64) []float32 {
	if last := p.newest[horizon]; last != none && bucket-last < max(1, (steps+Overlap-1)/Overlap) {
		return nil
	}
	p.newest[horizon] = bucket
	slot := int(p.next[horizon])
	p.next[horizon] = (p.next[horizon] + 1) % kept
	p.target[horizon*kept+slot] = bucket
	return p.of(horizon*kept + slot)
}

// of is what was said in place i, which takes shape with the first use.
func (p *Pending) of(i int) []float32 {
	said := &p.said[i/kept]
	if *said == nil {
		*said = make([]float32, kept*(p.models+1))
	}
	slot := i % kept
	return (*said)[slot*(p.models+1) : (slot+1)*(p.models+1)]
}

// Take calls with for everything that was said about the bucket, and forgets it.
func (p *Pending) Take(bucket int64, with func(horizon int, said []float32)) {
	for i, t := range p.target {
		if t == none || t > bucket {
			continue
		}
		if t == bucket {
			with(i/kept, p.of(i))
		}
		p.target[i] = none
	}
}

// State writes or reads what is pending.
func (p *Pending) State(c *state.Codec) {
	for i := range p.target {
		c.Int64(&p.target[i])
		if p.target[i] != none {
			c.Float32s(p.of(i))
		}
	}
	for i := range p.newest {
		c.Int64(&p.newest[i])
		c.Uint32(&p.next[i])
		c.Check(p.next[i] < kept)
		p.next[i] %= kept
	}
}

// Size is the memory behind the struct, in bytes.
func (p *Pending) Size() int {
	size := 8*len(p.target) + 24*len(p.said) + 8*len(p.newest) + 4*len(p.next)
	for _, said := range p.said {
		size += 4 * cap(said)
	}
	return size
}
