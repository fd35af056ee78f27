// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"time"
)

const (
	// slots is as many as fit into the allocator's class of 896 bytes with all
	// else that the processor keeps of a stream.
	slots = 96
	// every is after how many new slots periods are looked for.
	every = 8
)

// history holds all that was seen in at most slots means of equal width: when it
// is full, neighbours are merged and the width doubles. So the span that it
// covers grows with the stream, and every period is in view when it has been
// seen a few times and is still finely resolved.
type history struct {
	Begin int64 // event time of the first slot's start, ns
	Width int64 // ns
	N     int32 // slots that are complete
	Num   int32 // values in the slot being filled
	Sum   float64
	Mean  [slots]float32 // NaN where nothing was seen
}

// add takes a value and says whether it is time to look for periods.
func (h *history) add(at int64, value float64, interval int64) (look bool) {
	if h.Width == 0 {
		h.Begin, h.Width = at, max(interval, int64(time.Millisecond))
	}
	for {
		slot := (at - h.Begin) / h.Width
		if slot <= int64(h.N) {
			break
		}
		if h.N == slots {
			h.merge()
			continue
		}
		if slot >= 4*slots { // a gap longer than all that is known
			h.Width *= 2
			*h = history{Begin: at, Width: h.Width}
			break
		}
		h.Mean[h.N] = float32(math.NaN())
		if h.Num > 0 {
			h.Mean[h.N] = float32(h.Sum / float64(h.Num))
		}
		h.Sum, h.Num = 0, 0
		h.N++
	}
	h.Sum += value
	h.Num++
	return h.due(interval)
}

// due says whether it is time to look for periods: after every so many slots, at a
// value of the slot that is another one for every stream, so that streams that began
// together do not look together.
func (h *history) due(interval int64) bool {
	if h.N < 3*every {
		return false
	}
	turn := math.Float32bits(h.Mean[0]) * 2654435761 // Knuth's multiplicative hash
	values := max(1, h.Width/max(1, interval)/2)
	return h.N%every == int32(turn>>8%every) && int64(h.Num) == 1+int64(turn>>16)%values
}

// rewind forgets what lies after a time.
func (h *history) rewind(at int64) {
	if at < h.Begin {
		*h = history{Begin: at, Width: h.Width}
	} else if slot := (at - h.Begin) / max(1, h.Width); slot < int64(h.N) {
		h.N, h.Num, h.Sum = int32(slot), 0, 0
	}
}

func (h *history) merge() {
	for i := range slots / 2 {
		a, b := h.Mean[2*i], h.Mean[2*i+1]
		switch {
		case a != a:
			h.Mean[i] = b
		case b != b:
			h.Mean[i] = a
		default:
			h.Mean[i] = (a + b) / 2
		}
	}
	h.N = slots / 2
	h.Width *= 2
}

// common are periods that people and schedulers make. A period found near one of
// them is taken to be it.
var common = [...]time.Duration{
	5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 7 * 24 * time.Hour,
}

// series is what the periods found so far leave of the history, without its linear
// trend, and zero where nothing was seen. off is what those periods say of a slot.
func (h *history) series(out *[slots]float64, off func(from, width int64) float64) (n int, variance float64) {
	var sx, sy, sxx, sxy, num float64
	n = int(h.N)
	for i, v := range h.Mean[:n] {
		if v != v {
			continue
		}
		out[i] = float64(v) - off(h.Begin+int64(i)*h.Width, h.Width)
		x, y := float64(i), out[i]
		sx, sy, sxx, sxy, num = sx+x, sy+y, sxx+x*x, sxy+x*y, num+1
	}
	if num < 8 {
		return 0, 0
	}
	slope := 0.0
	if d := sxx - sx*sx/num; d > 0 {
		slope = (sxy - sx*sy/num) / d
	}
	level := (sy - slope*sx) / num
	for i, v := range h.Mean[:n] {
		if v != v {
			out[i] = 0
			continue
		}
		out[i] -= level + slope*float64(i)
		variance += out[i] * out[i]
	}
	return n, variance / num
}

// correlation is of the series with itself lag slots later, lag with a fraction.
func correlation(x []float64, lag float64) float64 {
	k := int(lag)
	f := lag - float64(k)
	var xy, xx, yy float64
	for i := 0; i+k+1 < len(x); i++ {
		y := x[i+k]*(1-f) + x[i+k+1]*f
		xy += x[i] * y
		xx += x[i] * x[i]
		yy += y * y
	}
	if xx <= 0 || yy <= 0 {
		return 0
	}
	return xy / math.Sqrt(xx*yy)
}

// find returns a period that the history shows and that is not known yet, or 0.
// Calendar periods come first and need less evidence.
func (h *history) find(known func(period, width int64) bool, off func(from, width int64) float64) int64 {
	var buf [slots]float64
	n, variance := h.series(&buf, off)
	if n == 0 || variance <= 0 {
		return 0
	}
	x := buf[:n]
	lag := func(period int64) float64 { return float64(period) / float64(h.Width) }
	byDay := -1.0
	if l := lag(day); !known(day, 0) && l >= 4 && 1.6*l <= float64(n) {
		byDay = correlation(x, l)
		if byDay >= calendarCorrelation && byDay > correlation(x, l/2)+0.1 {
			return day
		}
	}
	if l := lag(week); !known(week, 0) && l >= 7 && 1.9*l <= float64(n) {
		if r := correlation(x, l); r >= calendarCorrelation && r >= byDay+weekGain && r > correlation(x, l/2)+0.1 {
			return week
		}
	}
	best, bestLag := periodCorrelation, 0
	low := 1.0
	prev, cur := 1.0, correlation(x, 1)
	for k := 2; float64(k)*2.4 <= float64(n); k++ {
		next := correlation(x, float64(k))
		low = min(low, cur)
		if k-1 >= 4 && cur >= prev && cur > next && cur > best+0.05 && cur > low+0.3 {
			best, bestLag = cur, k-1
		}
		prev, cur = cur, next
	}
	if bestLag == 0 {
		return 0
	}
	// the peak between the slots, and the same one cycle later
	peak := func(around int) float64 {
		a, b, c := correlation(x, float64(around-1)), correlation(x, float64(around)), correlation(x, float64(around+1))
		if d := a - 2*b + c; d < 0 {
			return float64(around) + 0.5*(a-c)/d
		}
		return float64(around)
	}
	period := int64(peak(bestLag) * float64(h.Width))
	for _, c := range common {
		if math.Abs(float64(period)-float64(c)) < 0.6*float64(h.Width) {
			period = int64(c)
		}
	}
	if known(period, h.Width) {
		return 0
	}
	return period
}

// fill gives a new profile what the history knows of its period.
func (h *history) fill(p *profile, off func(from, width int64) float64) {
	var sum [buckets]float64
	var num [buckets]float64
	for i, v := range h.Mean[:h.N] {
		if v != v {
			continue
		}
		from := h.Begin + int64(i)*h.Width
		value := float64(v) - off(from, h.Width)
		// a slot may be wider than a bucket
		step := max(p.Period/buckets/2, 1)
		for at := from; at < from+h.Width; at += step {
			b := min(int(p.position(at)), buckets-1)
			sum[b] += value
			num[b]++
		}
	}
	for b := range sum {
		if num[b] > 0 {
			p.set(b, sum[b]/num[b])
		}
	}
}
