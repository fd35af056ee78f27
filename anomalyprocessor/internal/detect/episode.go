// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"time"
)

// episode is a stretch in which the stream was off.
type episode struct {
	Begin  int64   // event time, ns
	Length int32   // s
	Far    float32 // the farthest that it was from the level before, in the stream's own unit
}

func (e *episode) end() int64 { return e.Begin + int64(e.Length)*int64(time.Second) }

// episodes are those of a stream of late. What recurs in them is no news.
type episodes struct {
	N    int32
	List [maxEpisodes]episode
}

const weekDays = 7

// maxEpisodes is two a day for a week, and two more.
const maxEpisodes = 16

// note takes a stretch that was off into the memory. One that follows the newest
// within repeatWithin goes on with it. When there is no room, the oldest goes if it
// is older than a week, else the smallest.
func (d *Detector) note(begin, end int64, far float64) {
	if d.episodes == nil {
		d.episodes = new(episodes)
	}
	m := d.episodes
	if m.N > 0 {
		last := &m.List[m.N-1]
		if begin-last.end() <= int64(repeatWithin) && (far > 0) == (last.Far > 0) {
			last.Length = seconds(end - last.Begin)
			if math.Abs(far) > math.Abs(float64(last.Far)) {
				last.Far = float32(far)
			}
			return
		}
	}
	e := episode{begin, seconds(end - begin), float32(far)}
	if m.N < maxEpisodes {
		m.List[m.N] = e
		m.N++
		return
	}
	least := 0
	if begin-m.List[0].Begin <= week {
		for i := range m.List {
			if math.Abs(float64(m.List[i].Far)) < math.Abs(float64(m.List[least].Far)) {
				least = i
			}
		}
	}
	copy(m.List[least:], m.List[least+1:])
	m.List[maxEpisodes-1] = e
}

func seconds(ns int64) int32 {
	return int32(max(0, min(ns/int64(time.Second), math.MaxInt32)))
}

// recurs says whether what began at a time and is so far off was there before, and
// how long it may last: at this time of day on two of the last three days, at this
// time of the week in the last two weeks, or as far as this several times within a
// week and not all in one day.
func (d *Detector) recurs(at int64, far float64) (until int64, known bool) {
	if d.episodes == nil {
		return 0, false
	}
	var days [2*weekDays + 1]bool
	alike := 0
	var first, last, longest, longestDaily int64
	for i := range d.episodes.List[:d.episodes.N] {
		e := &d.episodes.List[i]
		size := float64(e.Far) / far // negative to the other side
		if size < recurShare {
			continue
		}
		ago := (at - e.Begin + day/2) / day // in days, the nearest
		if off := at - ago*day; ago >= 1 && ago <= 2*weekDays && off >= e.Begin-int64(recurWithin) && off <= e.end()+int64(recurWithin) {
			days[ago] = true
			longestDaily = max(longestDaily, int64(e.Length))
		}
		if at-e.Begin <= week && math.Abs(size-1) <= alikeWithin {
			if alike == 0 {
				first = e.Begin
			}
			last = e.Begin
			alike++
			longest = max(longest, int64(e.Length))
		}
	}
	daily := days[1] && (days[2] || days[3]) || days[2] && days[3]
	if daily || days[weekDays] && days[2*weekDays] {
		until, known = longestDaily, true
	}
	if alike >= alikeTimes && last-first > day {
		until, known = max(until, longest), true
	}
	return at + int64(recurLonger*float64(until))*int64(time.Second) + int64(recurWithin), known
}
