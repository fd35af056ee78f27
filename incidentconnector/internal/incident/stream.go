// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incident // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"

import (
	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/surprise"
)

// Kind says how the numbers of a stream are read.
type Kind uint8

// The kinds.
const (
	Gauge      Kind = iota // a value
	Cumulative             // a counter, of which the rise counts
	Delta                  // events since the point before
	Mean                   // a counter with a weight: the mean of what came, as of a histogram
	DeltaMean              // a sum since the point before, with its weight
	Score                  // a verdict: 1 is the threshold of an anomaly
	Records                // log records
	kinds
)

// Description is what a stream is called; it is asked for once.
type Description struct {
	System, Service string
	Name            string // of the metric, or the ID of the cluster
	Label           string // attributes that tell it from others of the name
	Kind            Kind
	Severe          bool // records that report an error
	Keywords        string
	Sample          string
	Solution        string
}

// family is what the stream is about.
func (d *Description) family() Family {
	if d.Kind == Records {
		return Logs
	}
	return FamilyOf(d.Name)
}

// cells is how many slots can be open at once: the lateness is bounded by it.
const cells = 8

// cell is what a slot has of a stream. It is the same for every order of points.
type cell struct {
	slot     int64
	n        uint32
	low, top float64
	at       int64 // of last
	last     Value
	sum      Value
}

// Value is what a point says; Weight is of those kinds only that have one.
type Value struct{ V, Weight float64 }

func (c *cell) put(slot, at int64, v Value) {
	if c.slot != slot || c.n == 0 {
		*c = cell{slot: slot, low: v.V, top: v.V, at: at, last: v}
	}
	c.n++
	c.low, c.top = min(c.low, v.V), max(c.top, v.V)
	c.sum.V += v.V
	c.sum.Weight += v.Weight
	if at > c.at || at == c.at && v.V > c.last.V {
		c.at, c.last = at, v
	}
}

// stream is one series of metric points, or one cluster of a service's records.
type stream struct {
	id      uint64
	about   Description
	family  Family
	service *service
	open    [cells]cell
	value   surprise.Value
	count   surprise.Count
	noise   noise
	heard   int64 // slots with logs of the service, up to the latest that was judged
	born    int64 // slot
	newest  int64 // slot
	at      int64 // of the latest point, for Cumulative
	total   Value
	counted bool
	last    judged
}

// judged is what a slot says of a stream.
type judged struct {
	nats  float64
	value float64
	usual float64
	up    bool
	fresh bool // a cluster that is new
}

// judge closes a slot of the stream.
func (s *stream) judge(slot int64) (j judged, ok bool) {
	c := &s.open[slot%cells]
	if c.slot != slot || c.n == 0 {
		return j, false
	}
	defer func() { c.n = 0 }()
	switch s.about.Kind {
	case Records:
		return s.judgeRecords(slot, c), true
	case Score:
		// A score of 1 is as rare as a few a week, 9 nats for slots of a minute; but it is of
		// values that were judged here already, so that a third counts.
		j = judged{nats: min(9*c.top, 15) / 3, value: c.top, usual: 1, up: true}
		if c.top < 1 {
			j.nats = 0
		}
		j.nats = s.noise.damp(j.nats, s.service.troubled)
	case Cumulative, Mean:
		rise, seconds, known := s.rise(c)
		if !known {
			return j, false
		}
		if s.about.Kind == Cumulative {
			rise.Weight = seconds
		}
		return s.judgeMean(rise)
	case Delta:
		j = s.judgeValue(c.sum.V)
	case DeltaMean:
		return s.judgeMean(c.sum)
	default:
		j = s.judgeValue((c.low + c.top) / 2)
	}
	return j, true
}

func (s *stream) judgeValue(v float64) judged {
	usual := s.value.Level()
	nats, up := s.value.Add(v)
	return judged{nats: s.noise.damp(nats, s.service.troubled), value: v, usual: usual, up: up}
}

// judgeMean judges a sum by its weight: nothing came where that is 0.
func (s *stream) judgeMean(v Value) (judged, bool) {
	if v.Weight <= 0 {
		return judged{}, false
	}
	return s.judgeValue(v.V / v.Weight), true
}

// rise is that of a counter since the latest slot before, and the seconds between.
func (s *stream) rise(c *cell) (rise Value, seconds float64, known bool) {
	before, at, known := s.total, s.at, s.counted
	s.total, s.at, s.counted = c.last, c.at, true
	if !known || c.at <= at || c.last.V < before.V || c.last.Weight < before.Weight {
		return Value{}, 0, false // the first, or a reset
	}
	return Value{c.last.V - before.V, c.last.Weight - before.Weight}, float64(c.at-at) / 1e9, true
}

// judgeRecords compares with the slots that have logs of the service at all: no record
// in a slot without any says nothing.
func (s *stream) judgeRecords(slot int64, c *cell) judged {
	if quiet := s.service.heard - s.heard - 1; quiet > 0 {
		s.count.Quiet(quiet)
	}
	s.heard = s.service.heard
	j := judged{value: float64(c.n), usual: s.count.Usual(), up: true, fresh: s.born == slot}
	j.nats = s.noise.damp(s.count.Add(float64(c.n)), s.service.troubled)
	return j
}

// noise is what a stream or a service surprises with when all is well. A stream that
// was loud a while ago has to be louder now.
type noise float64

const (
	// fade is the share that is left after a slot: half in 100.
	fade = 0.993
	// learn is the share of a surprise that is expected of the next.
	learn = 0.25
)

// damp takes what is usual off, and learns, but for the time of an incident: what
// goes on wrong is not usual.
func (n *noise) damp(nats float64, incident bool) float64 {
	left := max(nats-float64(*n), 0)
	if !incident {
		*n = max(*n*fade, noise(nats*learn))
	}
	return left
}
