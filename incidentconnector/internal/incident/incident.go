// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incident // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Stage is how far an incident is.
type Stage string

// The stages.
const (
	Opened  Stage = "opened"
	Updated Stage = "updated"
	Closed  Stage = "closed"
)

// Event says what became of an incident.
type Event struct {
	Stage    Stage
	At       int64 // ns
	Incident Incident
}

// Incident is what is wrong together. Times are slots' beginnings, in ns.
type Incident struct {
	ID         string
	System     string
	Start, End int64
	Nats       float64   // the highest surprise of the two most surprising services
	Root       string    // the service that is the most likely cause
	Services   []Suspect // by score
	Members    []Member  // by score
	Dropped    int       // members beyond the limit
	Unaffected []string
	Similar    []Past

	calm    int64 // slots since the last surprise
	updated int64 // slot of the latest event
	dirty   bool
}

// Suspect is a service with its part in an incident.
type Suspect struct {
	Name  string
	Score float64
	First int64
}

// Member is one stream of an incident.
type Member struct {
	Service, Name, Label string
	Family               Family
	Kind                 Kind
	Up, New              bool
	Nats                 float64 // the highest
	Value, Usual         float64 // then
	First, Last          int64
	Keywords, Sample     string
	Solution             string

	id uint64
}

// Past is an incident that is over.
type Past struct {
	ID         string
	Root       string
	Start, End int64

	members []uint64 // what changed, hashed, in order
}

// Suspects are the services that may well be the cause: with a tenth at least of the
// score of the likeliest.
func (in *Incident) Suspects() []Suspect {
	n := 0
	for n < len(in.Services) && in.Services[n].Score >= leastSuspect*in.Services[0].Score {
		n++
	}
	return in.Services[:n]
}

const (
	// leastSuspect is the part of the likeliest service's score that makes a suspect.
	leastSuspect = 0.1
	// minMember is the surprise from which a stream belongs to an open incident.
	minMember = 3.0
	// early is what each slot of delay takes off a service's score: who is first
	// is more likely the cause.
	early = 0.7
	// window is how many slots an incident's cause is looked for in.
	window = 5
	// maxPast bounds the incidents of a system that are remembered.
	maxPast = 50
	// stillShare is the part of what opens an incident that keeps it open: faults follow each
	// other within minutes, and one that is held open hides the next.
	stillShare = 1.0
	// alike is the share of members in common (Jaccard) from which incidents are similar.
	alike = 0.5
)

// judge opens, updates and closes the incident of a system.
func (e *Engine) judge(sys *system, slot int64) {
	top := [2]float64{}
	for _, sv := range sys.services {
		sum := 0.0
		for _, n := range sv.nats {
			sum += n
		}
		sv.calm = sv.noise
		sv.score = sv.noise.damp(sum, sv.troubled)
		if sv.score > top[0] {
			top[0], top[1] = sv.score, top[0]
		} else if sv.score > top[1] {
			top[1] = sv.score
		}
	}
	together := top[0] + top[1]
	threshold := e.cfg.Factor * math.Log(float64(len(sys.services))+math.E)
	switch {
	case sys.incident == nil && together < threshold:
		return
	case sys.incident == nil:
		e.open(sys, slot)
	}
	if sys.incident == nil {
		return
	}
	in := sys.incident
	if e.goesOn(in, sys, threshold) {
		in.calm, in.End = 0, (slot+1)*e.cfg.Slot
	} else {
		in.calm++
	}
	e.join(in, sys, slot, together)
	e.report(sys, slot)
}

// goesOn says whether the two services that an incident is about still surprise, by
// most of what opens one. What others do is another incident, once this is over.
func (e *Engine) goesOn(in *Incident, sys *system, threshold float64) bool {
	if len(in.Services) == 0 {
		return true // it opens in this slot
	}
	sum := 0.0
	for _, s := range in.Services[:min(2, len(in.Services))] {
		if sv := e.services[[2]string{sys.name, s.Name}]; sv != nil {
			sum += sv.score
		}
	}
	return sum >= stillShare*threshold
}

func (e *Engine) open(sys *system, slot int64) {
	if _, _, open := e.Sizes(); open >= e.cfg.Open {
		e.Counts.IncidentsFull++
		return
	}
	// The ID is the same wherever and whenever the same data are seen.
	start := slot * e.cfg.Slot
	for _, sv := range sys.services {
		sv.noise = sv.calm
	}
	sys.incident = &Incident{ID: fmt.Sprintf("%016x", xxhash.Sum64String(fmt.Sprintf("%s\x00%d", sys.name, start))), System: sys.name, Start: start}
}

// report makes the event that is due, if any.
func (e *Engine) report(sys *system, slot int64) {
	in := sys.incident
	stage := Updated
	switch {
	case in.updated == 0:
		stage = Opened
		e.Counts.Opened++
		in.Similar = sys.similar(in)
	case in.calm >= e.cfg.Quiet:
		stage = Closed
		e.Counts.Closed++
		sys.remember(in)
		sys.incident = nil
	case !in.dirty || slot-in.updated < e.cfg.Period:
		return
	}
	in.updated, in.dirty = slot, false
	e.events = append(e.events, Event{Stage: stage, At: (slot + 1) * e.cfg.Slot, Incident: in.clone()})
}

// Events takes what became of incidents since the last call.
func (e *Engine) Events() []Event {
	events := e.events
	e.events = nil
	return events
}

// Active calls f with each open incident, in the order of systems.
func (e *Engine) Active(f func(*Incident)) {
	for _, name := range sorted(e.systems) {
		if in := e.systems[name].incident; in != nil {
			f(in)
		}
	}
}

// join adds what surprised in a slot.
func (e *Engine) join(in *Incident, sys *system, slot int64, together float64) {
	in.Nats = max(in.Nats, together)
	at := slot * e.cfg.Slot
	age := float64(slot - in.Start/e.cfg.Slot)
	for _, sv := range sys.services {
		if sv.score <= 0 {
			continue
		}
		if age < window {
			in.suspect(sv, sv.score*math.Pow(early, age), at)
		}
		for _, s := range sv.best {
			if s != nil && s.last.nats >= minMember {
				in.member(s, at, e.cfg.Members)
			}
		}
	}
	slices.SortFunc(in.Services, func(a, b Suspect) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.First, b.First), strings.Compare(a.Name, b.Name))
	})
	slices.SortFunc(in.Members, func(a, b Member) int {
		return cmp.Or(cmp.Compare(b.Nats, a.Nats), cmp.Compare(a.First, b.First), cmp.Compare(a.id, b.id))
	})
	in.Root = in.Services[0].Name
	in.Unaffected = in.Unaffected[:0]
	for _, sv := range sys.services {
		if !slices.ContainsFunc(in.Members, func(m Member) bool { return m.Service == sv.name }) {
			in.Unaffected = append(in.Unaffected, sv.name)
		}
	}
}

func (in *Incident) suspect(sv *service, score float64, at int64) {
	for i := range in.Services {
		if in.Services[i].Name == sv.name {
			in.Services[i].Score = max(in.Services[i].Score, score)
			return
		}
	}
	in.Services = append(in.Services, Suspect{sv.name, score, at})
}

func (in *Incident) member(s *stream, at int64, limit int) {
	for i := range in.Members {
		if m := &in.Members[i]; m.id == s.id {
			m.Last, m.Solution = at, s.about.Solution
			if s.last.nats > m.Nats {
				m.Nats, m.Value, m.Usual, m.Up = s.last.nats, s.last.value, s.last.usual, s.last.up
			}
			return
		}
	}
	if len(in.Members) >= limit {
		in.Dropped++
		return
	}
	d := &s.about
	in.dirty = true
	in.Members = append(in.Members, Member{
		Service: s.service.name, Name: d.Name, Label: d.Label, Family: s.family, Kind: d.Kind,
		Up: s.last.up, New: s.last.fresh, Nats: s.last.nats, Value: s.last.value, Usual: s.last.usual,
		First: at, Last: at, Keywords: d.Keywords, Sample: d.Sample, Solution: d.Solution, id: s.id,
	})
}

func (in *Incident) clone() Incident {
	c := *in
	c.Services, c.Members = slices.Clone(in.Services), slices.Clone(in.Members)
	c.Unaffected, c.Similar = slices.Clone(in.Unaffected), slices.Clone(in.Similar)
	return c
}

// changes are what tells an incident from others: which service changed in what.
func (in *Incident) changes() []uint64 {
	all := make([]uint64, 0, len(in.Members))
	for _, m := range in.Members {
		all = append(all, xxhash.Sum64String(m.Service+"\x00"+m.Family.String()))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (sys *system) remember(in *Incident) {
	if len(sys.past) >= maxPast {
		sys.past = slices.Delete(sys.past, 0, 1)
	}
	sys.past = append(sys.past, Past{ID: in.ID, Root: in.Root, Start: in.Start, End: in.End, members: in.changes()})
}

// similar are at most three earlier incidents with much the same members, the latest first.
func (sys *system) similar(in *Incident) []Past {
	var found []Past
	mine := in.changes()
	for _, p := range slices.Backward(sys.past) {
		both := 0
		for _, h := range mine {
			if _, ok := slices.BinarySearch(p.members, h); ok {
				both++
			}
		}
		if either := len(mine) + len(p.members) - both; either > 0 && float64(both) >= alike*float64(either) && len(found) < 3 {
			found = append(found, p)
		}
	}
	return found
}
