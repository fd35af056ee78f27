// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"context"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

const (
	// Silence is how long a stream is not flagged between two alarms.
	Silence = 10 * time.Minute
	// Soon is how long after its start an event is found in time.
	Soon = 5 * time.Minute
	// Bearable is how many false alarms a series and day a quiet family may have.
	Bearable = 0.2
	short    = 6 // rows, of an event whose first rows after it still find it
)

// Family is how the processor does on the series of one family.
type Family struct {
	Name   string
	Quiet  bool
	Series int
	Alarms []float64 // by series: false ones a day
	Weeks  [3]float64
	days   [3]float64 // of each week that was judged, all series together
	Events int
	Found  int
	Soon   int
	Right  int // the kind was right
	Delay  []time.Duration
}

// Rate is the mean of the series' alarms a day.
func (f *Family) Rate() float64 {
	sum := 0.0
	for _, a := range f.Alarms {
		sum += a
	}
	return sum / float64(max(1, len(f.Alarms)))
}

// Bearable says that a quiet family is quiet enough.
func (f *Family) Bearable() bool { return f.Rate() <= Bearable+1e-9 }

// Rising says that the alarms of a family get clearly more from one week to the
// next.
func (f *Family) Rising() bool {
	var last float64
	seen := false
	for i, n := range f.Weeks {
		if f.days[i] < 3 {
			continue
		}
		rate := n / f.days[i]
		if seen && rate > last+Bearable/2 {
			return true
		}
		last, seen = rate, true
	}
	return false
}

// Flagged is a row that was flagged, and its kind.
type Flagged struct {
	At   int64
	Kind string
}

// Life streams every series through a processor of its own and scores the families,
// in the order in which they come.
func Life(ctx context.Context, all []dataset.LifeSeries) ([]*Family, error) {
	series := make([]dataset.Series, len(all))
	for i := range all {
		series[i] = all[i].Series
	}
	flags, err := Flags(ctx, series)
	if err != nil {
		return nil, err
	}
	var out []*Family
	byName := map[string]*Family{}
	for i := range all {
		f := byName[all[i].Family]
		if f == nil {
			f = &Family{Name: all[i].Family, Quiet: all[i].Quiet}
			byName[f.Name] = f
			out = append(out, f)
		}
		f.add(&all[i], flags[i])
	}
	return out, nil
}

// Episodes are stretches of flagged rows.
func Episodes(flags []Flagged) (episodes [][2]int64) {
	for _, f := range flags {
		if n := len(episodes); n > 0 && f.At-episodes[n-1][1] <= int64(Silence) {
			episodes[n-1][1] = f.At
		} else {
			episodes = append(episodes, [2]int64{f.At, f.At})
		}
	}
	return episodes
}

func (f *Family) add(s *dataset.LifeSeries, flags []Flagged) {
	f.Series++
	last := len(s.At) - 1
	begin := s.At[min(s.EvalFrom, last)]
	alarms := slices.DeleteFunc(Episodes(flags), func(e [2]int64) bool {
		return e[1] < begin || slices.ContainsFunc(s.Allow, func(a [2]int) bool {
			return e[0] >= s.At[a[0]]-int64(Silence) && e[0] <= s.At[a[1]]
		})
	})
	for i, e := range s.Events {
		from, to, ignore := s.At[e.Start], s.At[e.End], s.At[min(e.Ignore, last)]
		alarms = slices.DeleteFunc(alarms, func(a [2]int64) bool { return a[0] <= ignore && a[1] >= from-int64(time.Minute) })
		if e.End-e.Start < short-1 {
			to += 2 * int64(s.Step)
		}
		f.event(s, i, slices.DeleteFunc(slices.Clone(flags), func(x Flagged) bool { return x.At < from || x.At > to }))
	}
	days := float64(s.At[last]-begin) / float64(24*time.Hour)
	if days > 0 {
		f.Alarms = append(f.Alarms, float64(len(alarms))/days)
	}
	const week = int64(7 * 24 * time.Hour)
	for w := range f.Weeks {
		from, to := max(begin, s.At[0]+int64(w)*week), min(s.At[last], s.At[0]+int64(w+1)*week)
		f.days[w] += max(0, float64(to-from)/float64(24*time.Hour))
		for _, a := range alarms {
			if a[0] >= from && a[0] < to {
				f.Weeks[w]++
			}
		}
	}
}

// event scores one event by the rows that were flagged in it.
func (f *Family) event(s *dataset.LifeSeries, i int, hits []Flagged) {
	f.Events++
	if len(hits) == 0 {
		return
	}
	f.Found++
	delay := time.Duration(hits[0].At - s.At[s.Events[i].Start])
	f.Delay = append(f.Delay, delay)
	if delay <= Soon {
		f.Soon++
	}
	right := 0
	for _, h := range hits {
		if h.Kind == Named(s.Events[i]) || slices.ContainsFunc(s.Also[i], func(k string) bool { return h.Kind == Named(dataset.Event{Kind: k}) }) {
			right++
		}
	}
	if 2*right >= len(hits) {
		f.Right++
	}
}

// Tally sums families up.
type Tally struct {
	Quiet, Bearable, Rising, Incident, Full, Events, Found, Soon, Right int
	Alarms                                                              float64 // mean of the quiet families
}

// Sum sums up the families that are wanted.
func Sum(families []*Family, wanted func(*Family) bool) (t Tally) {
	for _, f := range families {
		switch {
		case !wanted(f):
		case f.Quiet:
			t.Quiet++
			t.Alarms += f.Rate()
			if f.Bearable() {
				t.Bearable++
			}
			if f.Rising() {
				t.Rising++
			}
		default:
			t.Incident++
			t.Events, t.Found, t.Soon, t.Right = t.Events+f.Events, t.Found+f.Found, t.Soon+f.Soon, t.Right+f.Right
			if f.Found == f.Events {
				t.Full++
			}
		}
	}
	t.Alarms /= float64(max(1, t.Quiet))
	return t
}

// Good is the share of the families that are as they should be.
func (t Tally) Good() float64 { return ratio(t.Bearable+t.Full, t.Quiet+t.Incident) }

// Half is 0 or 1, by the family's name alone, so that one half can be left out.
func (f *Family) Half() int {
	h := uint32(2166136261) // FNV-1a
	for _, c := range []byte(f.Name) {
		h = (h ^ uint32(c)) * 16777619
	}
	return int(h >> 16 & 1)
}
