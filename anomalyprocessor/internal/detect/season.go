// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
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

// cycles is how many profile.Seen counts.
const cycles = 1<<4 - 1

// profile is what a stream does within one period. Its memory is taken when the
// period is found.
type profile struct {
	Period int64
	Sum    float64         // of the values in the bucket that is being filled
	Num    float32         // how many they are
	Bucket int16           // which it is, -1 for none
	Noise  [phases]float32 // size of the noise, relative to its mean
	Mean   [buckets]float32
	Seen   [buckets]uint8 // cycles learnt, 0 is unknown
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
	if p.Seen[b] == 0 {
		return 0, 0, false
	}
	m := float64(p.Mean[b])
	lo, hi := m, m
	frac, other := pos-float64(b)-0.5, next
	if frac < 0 {
		frac, other = -frac, prev
	}
	for _, i := range [2]int{prev, next} {
		if p.Seen[i] > 0 {
			v := float64(p.Mean[i])
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if p.Seen[other] > 0 && interval < p.Period/buckets/2 {
		m += frac * (float64(p.Mean[other]) - m)
	}
	return m, hi - lo, true
}

// cycles is how often the time in the period was learnt.
func (p *profile) cycles(at int64) uint8 { return p.Seen[min(int(p.position(at)), buckets-1)] }

// mean is that of a stretch of time: of all its buckets, at most one period of them.
func (p *profile) mean(from, width int64) float64 {
	var sum, num float64
	step := max(1, p.Period/buckets)
	for at := from + step/2; at < from+max(min(width, p.Period), step); at += step {
		if b := min(int(p.position(at)), buckets-1); p.Seen[b] > 0 {
			sum += float64(p.Mean[b])
			num++
		}
	}
	return sum / max(1, num)
}

// learn takes the value at a time, with what came before taken off. A bucket is
// learnt when it is over.
func (p *profile) learn(at int64, value float64) {
	b := int16(p.position(at))
	if b != p.Bucket {
		if p.Bucket >= 0 && p.Bucket < buckets && p.Num > 0 {
			p.set(int(p.Bucket), p.Sum/float64(p.Num))
		}
		p.Bucket, p.Sum, p.Num = b, 0, 0
	}
	p.Sum += value
	p.Num++
}

func (p *profile) set(bucket int, mean float64) {
	if p.Seen[bucket] < cycles {
		p.Seen[bucket]++
	}
	rate := max(seasonRate, 1/float64(p.Seen[bucket]))
	p.Mean[bucket] += float32(rate * (mean - float64(p.Mean[bucket])))
}

// noise is the slot of Noise for a time.
func (p *profile) noise(at int64) *float32 {
	i := int(p.position(at)) * phases / buckets
	return &p.Noise[min(i, phases-1)]
}

// found are the profiles of the periods that were found, in that order.
func (d *Detector) found() []*profile {
	for i, p := range d.seasons {
		if p == nil {
			return d.seasons[:i]
		}
	}
	return d.seasons[:]
}

// seasonal is what the profiles say about a time.
type seasonal struct {
	mean, edge, noise float64
	known, young      bool // young: learnt for less than youngCycles
	each              [seasons]float64
}

func (d *Detector) season(at int64) seasonal {
	s := seasonal{noise: 1}
	for i, p := range d.found() {
		m, edge, ok := p.at(at, d.Interval)
		if i == 0 {
			s.noise = float64(*p.noise(at))
			s.known = ok
			s.young = ok && p.cycles(at) < youngCycles
			if !ok {
				m = d.SeasonMean
			}
		}
		s.each[i] = m
		s.mean += m
		s.edge = max(s.edge, edge)
	}
	if !s.known {
		s.mean = d.SeasonMean
	}
	return s
}

// learnSeason finds periods and learns their profiles, each on what those before
// it leave.
func (d *Detector) learnSeason(at int64, clean, off, rate, sigma float64, s seasonal) {
	if s.young {
		d.unsettle()
	}
	d.Center += max(longRate, 1/float64(d.N)) * (clean - d.Center)
	if s.known {
		x := s.mean - d.SeasonMean
		far := 3 * max(math.Abs(x), math.Sqrt(d.Var))
		y := max(-far, min(far, clean-d.Center))
		gain := max(shareRate*rate, 1/float64(d.Settled))
		d.Cov += gain * (y*x - d.Cov)
		d.Var += gain * (x*x - d.Var)
		if d.Var > 0 {
			d.Share = max(0, min(1, d.Cov/(d.Var+0.1*sigma*sigma)))
		}
	}
	rest := clean
	switch i := d.incident; {
	case i == nil:
	case i.Known: // what is remembered as an episode is no part of the season
		clean = i.From + i.Off
		rest = clean
	default: // no ghost of it in the next cycle
		far := teachAtMost * i.Scale
		rest = i.From + off + max(-far, min(far, clean-i.From-off))
	}
	all := s.each[0] + s.each[1]
	for i, p := range d.found() {
		p.learn(at, rest-(all-s.each[i]))
	}
	if d.History.add(at, clean, d.Interval) && d.findSeason() {
		s = d.season(at)
	}
	d.rebase(d.Share*(s.mean-d.SeasonMean) - off)
}

// unsettle makes the errors so far count as those of one day: they were made without the
// season, or with one that was hardly known.
func (d *Detector) unsettle() {
	d.Settled = int32(min(int64(d.Settled), max(1, day/max(1, d.Interval))))
}

// rebase keeps the levels, which are without season, where they are when the
// season's part grows.
func (d *Detector) rebase(growth float64) {
	if growth == 0 {
		return
	}
	for _, level := range [...]*float64{&d.Prev, &d.Fast, &d.Medium, &d.Slow, &d.Long} {
		*level -= growth
	}
	if i := d.incident; i != nil {
		i.From, i.Inside, i.Slow, i.Long = i.From-growth, i.Inside-growth, i.Slow-growth, i.Long-growth
	}
	if h := d.home; h != nil {
		h.Level, h.Away = h.Level-growth, h.Away-growth
	}
}

// findSeason looks for one more period and says whether it found one.
func (d *Detector) findSeason() bool {
	found := d.found()
	if len(found) == seasons {
		return false
	}
	off := func(from, width int64) (sum float64) {
		for _, q := range found {
			sum += q.mean(from, width)
		}
		return sum
	}
	period := d.History.find(d.covers, off)
	if period == 0 {
		return false
	}
	p := newProfile(period)
	d.History.fill(p, off)
	d.seasons[len(found)] = p
	d.unsettle()
	if len(found) == 0 {
		var total, num float64
		for b, m := range p.Mean {
			if p.Seen[b] > 0 {
				total += float64(m)
				num++
			}
		}
		d.SeasonMean = total / num
		d.Share = 0
		d.Cov, d.Var = 0, 0
	}
	return true
}

// covers says that a profile already holds a period: the same, a multiple of it,
// or a part of it that is resolved.
func (d *Detector) covers(period, width int64) bool {
	for _, p := range d.found() {
		long, short := max(p.Period, period), min(p.Period, period)
		m := math.Round(float64(long) / float64(short))
		if math.Abs(float64(long)-m*float64(short)) > max(0.05*float64(short)*m, 0.6*float64(width)) {
			continue
		}
		if m == 1 {
			return true
		}
		calendar := period == day || period == week
		if p.Period == short && !calendar || p.Period == long && m <= buckets/6 && !(period == day) {
			return true
		}
	}
	return false
}
