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
	Length int32   // s; below zero of one that became the new normal after as long
	Far    float32 // the farthest that it was from the level before, in the stream's own unit
	Weekly bool    // one like it was there a week before
}

// end is when it ended, or was the new normal.
func (e *episode) end() int64 { return e.Begin + int64(max(e.Length, -e.Length))*int64(time.Second) }

// lasted is how long it was, ns: for ever where it was, or may as well have been, a new
// normal.
func (e *episode) lasted() int64 {
	if long := e.end() - e.Begin; e.Length >= 0 && long <= longEpisode {
		return long
	}
	return forever
}

const (
	forever     = math.MaxInt64
	longEpisode = int64(2 * time.Hour)
)

// episodes are those of a stream of late. What recurs in them is no news.
type episodes struct {
	N    int32
	List [maxEpisodes]episode
}

// longer is the longest time so far with one that came after: for ever only when that
// one was.
func longer(so, next int64) int64 {
	if so == forever || next == forever {
		return next
	}
	return max(so, next)
}

const weekDays = 7

// maxEpisodes is two a day for a week, and two more.
const maxEpisodes = 16

// becameNormal says of the newest episode that the stream stayed there.
func (m *episodes) becameNormal() { m.List[m.N-1].Length = -max(1, m.List[m.N-1].Length) }

// wentOn says of the episode that became the new normal at a time that it lasted until
// now.
func (m *episodes) wentOn(normal, now int64) {
	if m == nil {
		return // of a state that knew none
	}
	for i := range m.List[:m.N] {
		if e := &m.List[i]; e.Length < 0 && e.end() <= normal && normal-e.end() < int64(time.Second) {
			e.Length = seconds(now - e.Begin)
		}
	}
}

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
	e := episode{begin, seconds(end - begin), float32(far), false}
	e.Weekly = m.forgetLastWeeks(&e)
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

// forgetLastWeeks takes the episode out of the memory that was there a week before to
// the minute, and says whether there was one: what recurs by the week, as office hours
// do, takes the room of one, or noise would push it out.
func (m *episodes) forgetLastWeeks(e *episode) bool {
	for i := range m.List[:m.N] {
		old := &m.List[i]
		size, late := old.Far/e.Far, e.Begin-week-old.Begin
		if size >= recurShare && size <= 1/recurShare && max(late, -late) <= int64(weeklyWithin) {
			copy(m.List[i:m.N], m.List[i+1:m.N])
			m.N--
			return true
		}
	}
	return false
}

func seconds(ns int64) int32 {
	return int32(max(0, min(ns/int64(time.Second), math.MaxInt32)))
}

// recurs says whether what began at a time and is so far off was there before, and
// until when it may last, for ever where it was the new normal then: at this time of day on two of the last three days, at this
// time of the week in the last two weeks, or as far as this several times within a
// week and not all in one day.
func (d *Detector) recurs(at int64, far float64) (until int64, known bool) {
	if d.episodes == nil || far == 0 {
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
			days[2*weekDays] = days[2*weekDays] || ago == weekDays && e.Weekly
			longestDaily = longer(longestDaily, e.lasted())
		}
		if at-e.Begin <= week && math.Abs(size-1) <= alikeWithin {
			if alike == 0 {
				first = e.Begin
			}
			last = e.Begin
			alike++
			longest = longer(longest, e.lasted())
		}
	}
	daily := days[1] && (days[2] || days[3]) || days[2] && days[3]
	if daily || days[weekDays] && days[2*weekDays] {
		until, known = longestDaily, true
	}
	if alike >= alikeTimes && last-first > day {
		until, known = max(until, longest), true
	}
	if until == forever {
		return forever, known
	}
	return at + int64(recurLonger*float64(until)) + int64(recurWithin), known
}
