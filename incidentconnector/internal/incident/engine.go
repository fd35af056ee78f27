// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package incident finds what is wrong together: it keeps the streams of metrics and
// error records of each service, says how surprising each slot of time was, and
// opens an incident when services of a system surprise together more than chance
// explains.
//
// Time is that of the data, cut into slots. A slot is judged once the newest point is
// the lateness past its end, and what a slot holds does not depend on the order of
// its points: the same data give the same incidents in every order within the
// lateness and in every split into batches.
package incident // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// Config says how incidents are found.
type Config struct {
	Slot     int64 // ns
	Lateness int64 // ns, at most MaxLateness slots
	Quiet    int64 // slots without surprise after which an incident is over
	Period   int64 // slots between two updates
	// Factor times the logarithm of the number of services is the surprise, in nats, that
	// the two most surprised services must reach together.
	Factor   float64
	Members  int   // named, at most
	Streams  int   // kept, at most
	Services int   // kept, at most
	Open     int   // incidents, at most
	Stale    int64 // slots without a point after which a stream is forgotten
}

// MaxLateness is the largest lateness, in slots.
const MaxLateness = cells - 2

// Counts are what happened so far.
type Counts struct {
	Late, StreamsFull, ServicesFull, IncidentsFull, Opened, Closed int64
}

// Engine is not safe for concurrent use.
type Engine struct {
	cfg      Config
	streams  map[uint64]*stream
	services map[[2]string]*service
	systems  map[string]*system
	newest   int64 // time
	slot     int64 // the oldest that is open
	Counts   Counts
	events   []Event
}

// service is what a system is made of.
type service struct {
	name   string
	system *system
	noise  noise
	calm   noise // before the slot that is judged, which an incident that opens takes back
	heard  int64 // slots with logs
	logs   [cells]int64
	newest int64

	troubled bool              // a fresh incident of its system was open before the slot that is judged
	best     [families]*stream // of the slot that is judged
	nats     [families]float64
	score    float64
}

// system is services that can affect each other.
type system struct {
	name     string
	services []*service // by name
	incident *Incident
	past     []Past
}

// New returns an engine that knows nothing.
func New(cfg Config) *Engine {
	e := &Engine{cfg: cfg}
	e.Clear()
	return e
}

// Clear forgets everything.
func (e *Engine) Clear() {
	*e = Engine{cfg: e.cfg, streams: map[uint64]*stream{}, services: map[[2]string]*service{}, systems: map[string]*system{}}
}

// Sizes are the numbers of streams, services and open incidents.
func (e *Engine) Sizes() (streams, services, open int) {
	for _, s := range e.systems {
		if s.incident != nil {
			open++
		}
	}
	return len(e.streams), len(e.services), open
}

// Solve notes what a person wrote down for a stream of records.
func (e *Engine) Solve(id uint64, solution string) {
	if s := e.streams[id]; s != nil && s.about.Solution != solution {
		s.about.Solution = strings.Clone(solution)
	}
}

// Full is true when no new stream is taken.
func (e *Engine) Full() bool { return len(e.streams) >= e.cfg.Streams }

// Refuse counts a value of a stream that is not taken.
func (e *Engine) Refuse() { e.Counts.StreamsFull++ }

// Slot is the oldest that is open: all before it are judged.
func (e *Engine) Slot() int64 { return e.slot }

// Known puts a value into a stream, unless it has to be described first.
func (e *Engine) Known(id uint64, at int64, v Value) bool {
	s := e.streams[id]
	if s == nil {
		return false
	}
	e.put(s, at, v)
	return true
}

// Describe puts a value into a stream that is new.
func (e *Engine) Describe(id uint64, at int64, v Value, d Description) {
	if len(e.streams) >= e.cfg.Streams {
		e.Counts.StreamsFull++
		return
	}
	sv := e.service(d.System, d.Service)
	if sv == nil {
		return
	}
	s := &stream{id: id, about: d, service: sv, family: d.family(), born: math.MaxInt64, newest: at / e.cfg.Slot}
	e.streams[id] = s
	e.put(s, at, v)
}

// Heard notes that a service has logs, which makes the absence of errors known.
func (e *Engine) Heard(systemName, name string, at int64) {
	sv := e.service(systemName, name)
	if sv == nil || !e.due(at) {
		return
	}
	slot := at / e.cfg.Slot
	sv.logs[slot%cells], sv.newest = slot, max(sv.newest, slot)
}

func (e *Engine) put(s *stream, at int64, v Value) {
	if !e.due(at) {
		e.Counts.Late++
		return
	}
	slot := at / e.cfg.Slot
	s.open[slot%cells].put(slot, at, v)
	s.newest, s.born = max(s.newest, slot), min(s.born, slot)
	s.service.newest = max(s.service.newest, slot)
}

// due closes what a time makes old, and is false for what is itself too old.
func (e *Engine) due(at int64) bool {
	if at > e.newest {
		e.newest = at
		oldest := (at - e.cfg.Lateness) / e.cfg.Slot
		if e.slot == 0 {
			e.slot = oldest
		}
		for ; e.slot < oldest; e.slot++ {
			// Nothing was seen in a gap, and nothing is open any more.
			if gap := oldest - cells; e.slot < gap && e.slot > e.lastSeen()+e.cfg.Quiet {
				e.slot = gap
			}
			e.close(e.slot)
		}
	}
	return at/e.cfg.Slot >= e.slot
}

// lastSeen is the newest slot that anything was seen in, before the gap.
func (e *Engine) lastSeen() int64 {
	last := e.slot
	for _, sv := range e.services {
		last = max(last, sv.newest)
	}
	return last
}

func (e *Engine) service(systemName, name string) *service {
	key := [2]string{systemName, name}
	if sv := e.services[key]; sv != nil {
		return sv
	}
	if len(e.services) >= e.cfg.Services {
		e.Counts.ServicesFull++
		return nil
	}
	sys := e.systems[systemName]
	if sys == nil {
		sys = &system{name: systemName}
		e.systems[systemName] = sys
	}
	sv := &service{name: name, system: sys}
	e.services[key] = sv
	i, _ := slices.BinarySearchFunc(sys.services, name, func(s *service, name string) int { return strings.Compare(s.name, name) })
	sys.services = slices.Insert(sys.services, i, sv)
	return sv
}

// frozen is how many slots of an incident teach no noise. What lasts longer becomes
// usual, so that every incident ends.
const frozen = 5

// fresh is true while an incident of the system teaches no noise.
func (sys *system) fresh(slot, length int64) bool {
	return sys.incident != nil && slot-sys.incident.Start/length < frozen
}

// close judges a slot.
func (e *Engine) close(slot int64) {
	for _, sv := range e.services {
		sv.best, sv.nats = [families]*stream{}, [families]float64{}
		sv.troubled = sv.system.fresh(slot, e.cfg.Slot)
		if sv.logs[slot%cells] == slot {
			sv.heard++
		}
	}
	for id, s := range e.streams {
		j, ok := s.judge(slot)
		if ok {
			s.service.offer(s, j)
		} else if slot-s.newest > e.cfg.Stale {
			delete(e.streams, id)
		}
	}
	for _, name := range sorted(e.systems) {
		e.judge(e.systems[name], slot)
	}
	if slot%forgetEvery == 0 {
		e.forget(slot)
	}
}

// forgetEvery is how many slots services are looked through after.
const forgetEvery = 60

// offer makes a stream the one that speaks for its family when it is the most
// surprising; of equal ones the smaller ID, since streams come in no order.
func (sv *service) offer(s *stream, j judged) {
	j.nats *= weight(s.family, j.up)
	s.last = j
	best := sv.best[s.family]
	if j.nats > sv.nats[s.family] || j.nats > 0 && j.nats == sv.nats[s.family] && s.id < best.id {
		sv.best[s.family], sv.nats[s.family] = s, j.nats
	}
}

// weights are the parts of a surprise that count for a service. What moves with others'
// faults as often as with its own counts less: how much it is asked, what it sees of
// others and sends to them. Errors of its own count more.
var weights = [families]float64{
	Other: 0.25, CPU: 1, Memory: 1, Disk: 1, Network: 0.3, System: 0.6, Latency: 1, Errors: 1, Load: 0.3, Client: 0.25, Logs: 1.5,
}

// less is the part that counts of a fall: less of anything comes of others' faults.
const less = 0.25

func weight(f Family, up bool) float64 {
	if !up {
		return less * weights[f]
	}
	return weights[f]
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// forget drops the services that have had no stream and no logs for as long as a stream
// is kept, and systems without services.
func (e *Engine) forget(slot int64) {
	used := map[*service]bool{}
	for _, s := range e.streams {
		used[s.service] = true
	}
	for key, sv := range e.services {
		if used[sv] || slot-sv.newest <= e.cfg.Stale {
			continue
		}
		delete(e.services, key)
		sys := sv.system
		sys.services = slices.DeleteFunc(sys.services, func(other *service) bool { return other == sv })
		if len(sys.services) == 0 && sys.incident == nil {
			delete(e.systems, sys.name)
		}
	}
}
