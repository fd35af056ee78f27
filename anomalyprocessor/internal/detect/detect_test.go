// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

func TestSpikeIsFlaggedAndNoiseIsNot(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 500 {
		v := d.Step(int64(i)*60e9, 100+rng.NormFloat64())
		require.False(t, v.Anomalous, "point %d: %+v", i, v)
	}
	v := d.Step(500*60e9, 130)
	require.True(t, v.Anomalous)
	require.Equal(t, Spike, v.Kind)
}

// A stream that began with an incident does not see the next one. That its values are
// then as ever, a sixth of what they were in it, is no drop that goes on.
func TestTheEndOfAnUnseenIncidentIsNoDrop(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for seed := range uint64(200) {
		cfg := Default()
		d := New(&cfg)
		rng := rand.New(rand.NewPCG(1, seed))
		begin, flagged := 12+int(seed%20), 0
		for i := range 480 {
			value := 15 + rng.NormFloat64()
			if k := (i - begin) % 240; k >= 0 && k < 12 {
				value *= 6
			}
			if d.Step(start.Add(time.Duration(i)*15*time.Second).UnixNano(), value).Anomalous {
				flagged++
			}
		}
		require.LessOrEqual(t, flagged, 40, "incidents from value %d on, seed %d", begin, seed)
	}
}

func TestNotFiniteIsIgnored(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	d.Step(1, 5)
	before := d.Append(nil)
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		require.False(t, d.Step(2, x).Anomalous)
	}
	require.Equal(t, before, d.Append(nil))
}

// The allocator gives memory in classes: a byte more here costs every stream an
// eighth (with what the processor adds a detector fills the class of 896 bytes)
// or a sixth (a profile that of 1,536).
func TestSizes(t *testing.T) {
	cfg := Default()
	require.LessOrEqual(t, New(&cfg).Size(), 776)
	require.LessOrEqual(t, int(unsafe.Sizeof(profile{})), 1536)
}

// What was learnt of a stream is of use after its clock went back: a day again, of
// the rhythm that it had, is no surprise, and what is off in it is found.
func TestRewind(t *testing.T) {
	const minute = int64(time.Minute)
	cfg := Default()
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(3, 5))
	value := func(at int64) float64 {
		return 100 + 40*wave(float64(at)/float64(day)) + 2*rng.NormFloat64()
	}
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).UnixNano()
	end := begin + 8*day
	for at := begin; at < end; at += minute {
		d.Step(at, value(at))
	}
	require.NotNil(t, d.seasons[0])
	for _, back := range []int64{minute, int64(time.Hour), 3 * day, 20 * day} {
		from := d.Last - back
		d.Rewind(from)
		require.True(t, d.valid())
		flags := 0
		for at := from; at < from+day; at += minute {
			v := d.Step(at, value(at))
			require.Equal(t, at, d.Last)
			if v.Anomalous {
				flags++
			}
		}
		require.Zero(t, flags, "back by %s", time.Duration(back))
		require.NotNil(t, d.seasons[0], "the rhythm is kept")
		require.True(t, d.Step(d.Last+minute, 400).Anomalous, "back by %s", time.Duration(back))
		for at := d.Last + minute; at < from+2*day; at += minute {
			d.Step(at, value(at))
		}
	}
	young := New(&cfg)
	young.Step(end, 1)
	young.Rewind(begin)
	require.Equal(t, New(&cfg), young, "one value says nothing")
	young.Rewind(begin)
	require.Equal(t, New(&cfg), young)
}

// flagged steps a detector through n minutes and returns the minutes that it flags.
func flagged(n int, value func(minute int) float64) (minutes []int, d *Detector) {
	cfg := Default()
	d = New(&cfg)
	for i := range n {
		if d.Step(int64(i+1)*int64(time.Minute), value(i)).Anomalous {
			minutes = append(minutes, i)
		}
	}
	return minutes, d
}

// An outage is told from its first to its last minute, and nothing after it: neither
// its end nor the same time of the next day.
func TestAnOutageIsToldUntilItIsOver(t *testing.T) {
	const begin = 5*1440 + 600
	for _, minutes := range []int{5, 15, 60, 300, 1200} {
		got, _ := flagged(8*1440, func(i int) float64 {
			if i >= begin && i < begin+minutes {
				return 0
			}
			return 1000
		})
		require.Len(t, got, minutes, "constant, off for %d minutes", minutes)
		require.Equal(t, begin, got[0])
		rng := rand.New(rand.NewPCG(1, 1))
		got, _ = flagged(8*1440, func(i int) float64 {
			noise := 2 * rng.NormFloat64()
			if i >= begin && i < begin+minutes {
				return 0
			}
			return 150 + 50*math.Sin(2*math.Pi*float64(i)/1440) + noise
		})
		require.NotEmpty(t, got)
		require.Equal(t, begin, got[0])
		require.GreaterOrEqual(t, len(got), minutes*9/10, "a rhythm, off for %d minutes", minutes)
		require.LessOrEqual(t, got[len(got)-1], begin+minutes)
	}
}

// What is known is told after all when it goes on for much longer.
func TestAJobThatDoesNotEndIsTold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	got, _ := flagged(11*1440, func(i int) float64 {
		x := 50 + 2*rng.NormFloat64()
		if at := i % 1440; at >= 120 && at < 130 || i/1440 == 10 && at >= 120 && at < 300 {
			x += 400
		}
		return x
	})
	usual, late := 0, 0
	for _, i := range got {
		switch day, at := i/1440, i%1440; {
		case day >= 3 && day < 10:
			usual++
		case day == 10 && at > 130 && at < 300:
			late++
		}
	}
	require.Zero(t, usual)
	require.Positive(t, late)
}

// A value that is renewed each hour and read each minute is judged once an hour, and
// a change that is not due at once.
func TestHeldValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	v := 0.0
	got, d := flagged(10*1440, func(i int) float64 {
		if i%60 == 0 {
			v = 300 + 30*rng.NormFloat64()
		}
		if i >= 9*1440+30 && i < 9*1440+60 {
			return 3000
		}
		return v
	})
	require.InEpsilon(t, int64(time.Hour), d.Interval, 0.1)
	require.Contains(t, got, 9*1440+30)
	for _, i := range got {
		require.True(t, i >= 9*1440+30 && i < 9*1440+120, "minute %d", i)
	}
}

// Streams that begin together look for their periods at different times, and each
// does so about as often as slots are complete.
func TestPeriodsAreLookedForInTurns(t *testing.T) {
	const streams, values = 1000, 5000
	rng := rand.New(rand.NewPCG(5, 5))
	looks := make([]int, values)
	total := 0
	for range streams {
		var h history
		for i := range values {
			if h.add(int64(i)*int64(time.Minute), rng.NormFloat64(), int64(time.Minute)) {
				looks[i]++
				total++
			}
		}
	}
	require.Greater(t, total, 10*streams)
	require.Less(t, slices.Max(looks[:200]), streams/5, "in the first hours, when slots are a value")
	require.Less(t, slices.Max(looks[1000:]), streams/25)
}

func BenchmarkFind(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 5))
	var h history
	for i := range slots - 1 {
		h.add(int64(i)*int64(time.Hour), rng.NormFloat64(), int64(time.Hour))
	}
	for b.Loop() {
		h.find(func(int64, int64) bool { return false }, func(int64, int64) float64 { return 0 })
	}
}

// One wrong value down and one up do not hide a step that follows, young as the stream
// is.
func TestAStepAfterTwoOutliersIsTold(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(3, 5))
	got := map[Kind]int{}
	for i := range 2400 {
		x := 100 + 0.7*rng.NormFloat64()
		switch {
		case i >= 1000 && i < 1020:
			x += 4
		case i == 1300:
			x = 40
		case i == 1500:
			x = 300
		case i >= 1900:
			x += 50
		}
		if v := d.Step(int64(i+1)*15*int64(time.Second), x); v.Anomalous {
			got[v.Kind]++
		}
	}
	require.Greater(t, got[LevelShift], 100)
	require.Positive(t, got[Dip])
	require.GreaterOrEqual(t, got[Spike], 1)
}

// A day that repeats is no week: once it is found, only what it leaves can show one.
func TestADayIsNotTakenForAWeek(t *testing.T) {
	cfg := Default()
	d := New(&cfg)
	rng := rand.New(rand.NewPCG(1, 1))
	for at := int64(0); at < 6*week; at += int64(time.Hour) {
		d.Step(at+day, 400+300*math.Sin(2*math.Pi*float64(at)/float64(day))+40*rng.NormFloat64())
	}
	require.Len(t, d.found(), 1)
	require.Equal(t, day, d.found()[0].Period)
}

// Weekends that begin and end sharply, in office hours, are no news from the fifth week
// on, though a bucket of the week is wider than their edges.
func TestSharpWeekendsAreLearnt(t *testing.T) {
	late := 0
	for seed := range uint64(10) {
		cfg := Default()
		d := New(&cfg)
		rng := rand.New(rand.NewPCG(seed, 7))
		flagged := false
		for at := int64(0); at < 6*week; at += int64(time.Minute) {
			days := float64(at) / float64(day)
			x := 100 + 30*math.Sin(2*math.Pi*(days-0.3)) + 2*rng.NormFloat64()
			if hour := math.Mod(days, 1); int(days)%7 >= 5 && hour > 0.3 && hour < 0.8 {
				x -= 30
			}
			v := d.Step(at+4*day, x)
			if v.Anomalous && !flagged && at >= 4*week {
				late++
			}
			flagged = v.Anomalous
		}
	}
	require.LessOrEqual(t, late, 10, "in two weeks of ten series")
}

// Values that come once an hour find the size of their errors within weeks, though they
// are few: what was seen before the day was found counts little.
func TestHourlyValuesSettle(t *testing.T) {
	found := 0
	const series = 40
	for seed := range uint64(series) {
		cfg := Default()
		d := New(&cfg)
		rng := rand.New(rand.NewPCG(seed, 3))
		for i := range 28 * 24 {
			at := int64(i) * int64(time.Hour)
			x := 400 + 300*math.Sin(2*math.Pi*float64(at)/float64(day)) + 40*rng.NormFloat64()
			if i == 27*24 {
				x += 8 * 40
			}
			v := d.Step(at+day, x)
			if v.Anomalous {
				require.Equal(t, 27*24, i, "series %d", seed)
				found++
			}
		}
	}
	require.GreaterOrEqual(t, found, series*3/4)
}
