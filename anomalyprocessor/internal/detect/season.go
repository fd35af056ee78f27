// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"time"
)

const (
	day  = int64(24 * time.Hour)
	week = 7 * day
	// buckets is how finely a period is resolved: five minutes of a day, half an
	// hour of a week.
	buckets = 288
	// phases is how finely the size of the noise is: an hour and a half of a day.
	phases = 16
)

// What profile.Seen holds.
const (
	cycles  = 1<<4 - 1
	offUp   = 1 << 4 // in the last cycle
	offDown = 1 << 5
	twice   = 2 // shift of the two that say so of the last two cycles
)

// profile is what a stream does within one period. Its memory is taken when the
// period is found.
type profile struct {
	Period int64
	Sum    float64         // of the values in the bucket that is being filled
	Num    float32         // how many they are
	Bucket int16           // which it is, -1 for none
	Mark   uint8           // offUp or offDown, of it
	Noise  [phases]float32 // size of the noise, relative to its mean
	Mean   [buckets]float32
	Seen   [buckets]uint8 // cycles learnt, 0 is unknown; and whether the last ones were off, up or down
}

func newProfile(period int64) *profile {
	p := &profile{Period: period, Bucket: -1}
	for i := range p.Noise {
		p.Noise[i] = 1
	}
	return p
}

// position is where in the period a time is, in buckets. Periods are counted from
// a Monday, which is of use for the week only.
func (p *profile) position(at int64) float64 {
	const monday = 4 * day
	m := (at - monday) % p.Period
	if m < 0 {
		m += p.Period
	}
	return float64(m) / float64(p.Period) * buckets
}

// at returns the mean around a time, and how much it changes between the buckets
// there. It is interpolated where values come more often than buckets. Buckets
// that are unknown are not used.
func (p *profile) at(at, interval int64) (mean, edge float64, ok bool) {
	pos := p.position(at)
	b := int(pos)
	if b >= buckets {
		b = buckets - 1
	}
	prev, next := (b+buckets-1)%buckets, (b+1)%buckets
	if p.Seen[b]&cycles == 0 {
		return 0, 0, false
	}
	m := float64(p.Mean[b])
	lo, hi := m, m
	frac, other := pos-float64(b)-0.5, next
	if frac < 0 {
		frac, other = -frac, prev
	}
	for _, i := range [2]int{prev, next} {
		if p.Seen[i]&cycles > 0 {
			v := float64(p.Mean[i])
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if p.Seen[other]&cycles > 0 && interval < p.Period/buckets/2 {
		m += frac * (float64(p.Mean[other]) - m)
	}
	return m, hi - lo, true
}

// learn takes the value at a time, with what came before taken off. A bucket is
// learnt when it is over.
func (p *profile) learn(at int64, value float64) {
	b := int16(p.position(at))
	if b != p.Bucket {
		if p.Bucket >= 0 && p.Bucket < buckets && p.Num > 0 {
			p.set(int(p.Bucket), p.Sum/float64(p.Num))
			old := p.Seen[p.Bucket]
			p.Seen[p.Bucket] = old&cycles | p.Mark | (old&p.Mark)<<twice
		}
		p.Bucket, p.Sum, p.Num, p.Mark = b, 0, 0, 0
	}
	p.Sum += value
	p.Num++
}

func (p *profile) set(bucket int, mean float64) {
	if p.Seen[bucket]&cycles < cycles {
		p.Seen[bucket]++
	}
	rate := max(seasonRate, 1/float64(p.Seen[bucket]&cycles))
	p.Mean[bucket] += float32(rate * (mean - float64(p.Mean[bucket])))
}

// again says whether the stream was off to the same side at this time of the last
// two cycles, or soon after.
func (p *profile) again(at int64, mark uint8) bool {
	b := min(int(p.position(at)), buckets-1)
	return (p.Seen[b]|p.Seen[(b+1)%buckets])&(mark<<twice) != 0
}

// noise is the slot of Noise for a time.
func (p *profile) noise(at int64) *float32 {
	i := int(p.position(at)) * phases / buckets
	return &p.Noise[min(i, phases-1)]
}
