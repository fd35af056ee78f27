// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incident // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
)

// StateVersion is that of what Snapshot yields; docs/formats/checkpoint.md has it byte
// by byte. A change raises it.
const StateVersion = 1

// ErrState says that bytes are not the state of an engine.
var ErrState = errors.New("not an engine's state")

// chunk is the size from which on a chunk of a snapshot is handed out, bytes.
const chunk = 64 << 10

// Snapshot yields the state: the time and the systems first, then the streams.
func (e *Engine) Snapshot() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !yield(e.appendSystems(nil)) {
			return
		}
		var b []byte
		for _, id := range sorted(e.streams) {
			b = e.streams[id].append(b, e.slot)
			if len(b) >= chunk {
				if !yield(b) {
					return
				}
				b = b[:0]
			}
		}
		if len(b) > 0 {
			yield(b)
		}
	}
}

// Restore adds what Snapshot yielded to what is known: of a service or a stream that is
// there already, that stays.
func (e *Engine) Restore(chunks iter.Seq2[[]byte, error]) error {
	first := true
	for b, err := range chunks {
		if err != nil {
			return err
		}
		r := codec.NewReader(b)
		if first {
			e.restoreSystems(r)
		} else {
			for r.Err() == nil && len(r.Rest()) > 0 {
				e.restoreStream(r)
			}
		}
		if r.Err() != nil || len(r.Rest()) > 0 {
			return fmt.Errorf("%w: %w", ErrState, r.Err())
		}
		first = false
	}
	return nil
}

func (e *Engine) appendSystems(b []byte) []byte {
	b = codec.AppendInt64(codec.AppendInt64(b, e.newest), e.slot)
	b = codec.AppendUvarint(b, uint64(len(e.systems)))
	for _, name := range sorted(e.systems) {
		b = e.systems[name].append(b)
	}
	return b
}

func (e *Engine) restoreSystems(r *codec.Reader) {
	newest, slot := r.Int64(), r.Int64()
	if slot < 0 || newest < 0 {
		r.Fail()
	}
	fresh := e.slot == 0
	if fresh && r.Err() == nil {
		e.newest, e.slot = newest, slot
	}
	for range length(r, 4) {
		e.restoreSystem(r, fresh)
	}
}

func (sys *system) append(b []byte) []byte {
	b = appendString(b, sys.name)
	b = codec.AppendUvarint(b, uint64(len(sys.services)))
	for _, sv := range sys.services {
		b = appendString(b, sv.name)
		b = codec.AppendFloat64(b, float64(sv.noise))
		b = codec.AppendInt64(codec.AppendInt64(b, sv.heard), sv.newest)
		for _, slot := range sv.logs {
			b = codec.AppendInt64(b, slot)
		}
	}
	b = codec.AppendUvarint(b, uint64(len(sys.past)))
	for _, p := range sys.past {
		b = p.append(b)
	}
	b = codec.AppendBool(b, sys.incident != nil)
	if sys.incident != nil {
		b = sys.incident.append(b)
	}
	return b
}

func (e *Engine) restoreSystem(r *codec.Reader, fresh bool) {
	name := readString(r)
	for range length(r, 26) {
		e.restoreService(r, name)
	}
	past := make([]Past, 0, maxPast)
	for range min(length(r, 20), maxPast) {
		past = append(past, readPast(r))
	}
	var open *Incident
	if r.Bool() {
		open = readIncident(r)
		open.System = name
	}
	if sys := e.systems[name]; sys != nil && fresh && r.Err() == nil {
		sys.past, sys.incident = past, open
	}
}

func (e *Engine) restoreService(r *codec.Reader, system string) {
	name := readString(r)
	was := service{noise: noise(r.Float64()), heard: r.Int64(), newest: r.Int64()}
	for i := range was.logs {
		was.logs[i] = r.Int64()
	}
	if !was.noise.valid() || was.heard < 0 {
		r.Fail()
	}
	if r.Err() != nil || e.services[[2]string{system, name}] != nil {
		return
	}
	if sv := e.service(system, name); sv != nil {
		sv.noise, sv.heard, sv.logs = was.noise, was.heard, was.logs
		sv.newest = min(was.newest, e.newest/e.cfg.Slot)
	}
}

// append adds a stream with what the slots from open on have of it.
func (s *stream) append(b []byte, open int64) []byte {
	b = codec.AppendUint64(b, s.id)
	d := &s.about
	for _, text := range []string{d.System, d.Service, d.Name, d.Label, d.Keywords, d.Sample, d.Solution} {
		b = appendString(b, text)
	}
	b = codec.AppendBool(append(b, byte(d.Kind)), d.Severe)
	b = s.count.Append(s.value.Append(b))
	b = codec.AppendFloat64(b, float64(s.noise))
	for _, n := range []int64{s.heard, s.born, s.newest, s.at} {
		b = codec.AppendInt64(b, n)
	}
	b = codec.AppendBool(s.total.append(b), s.counted)
	cells := slices.DeleteFunc(slices.Clone(s.open[:]), func(c cell) bool { return c.n == 0 || c.slot < open })
	b = append(b, byte(len(cells)))
	for i := range cells {
		b = cells[i].append(b)
	}
	return b
}

func (e *Engine) restoreStream(r *codec.Reader) {
	s := &stream{id: r.Uint64()}
	d := &s.about
	for _, text := range []*string{&d.System, &d.Service, &d.Name, &d.Label, &d.Keywords, &d.Sample, &d.Solution} {
		*text = readString(r)
	}
	d.Kind, d.Severe = Kind(r.Byte()), r.Bool()
	s.value.Restore(r)
	s.count.Restore(r)
	s.noise = noise(r.Float64())
	for _, n := range []*int64{&s.heard, &s.born, &s.newest, &s.at} {
		*n = r.Int64()
	}
	s.total, s.counted = readValue(r), r.Bool()
	for range r.Byte() {
		c := readCell(r)
		if r.Err() != nil {
			return
		}
		s.open[c.slot%cells] = c
	}
	if d.Kind >= kinds || !s.noise.valid() {
		r.Fail()
	}
	if r.Err() != nil || e.streams[s.id] != nil || len(e.streams) >= e.cfg.Streams {
		return
	}
	if s.service = e.service(d.System, d.Service); s.service != nil {
		s.family = d.family()
		e.streams[s.id] = s
	}
}

func (c *cell) append(b []byte) []byte {
	b = codec.AppendUvarint(codec.AppendInt64(b, c.slot), uint64(c.n))
	b = codec.AppendFloat64(codec.AppendFloat64(b, c.low), c.top)
	return c.sum.append(c.last.append(codec.AppendInt64(b, c.at)))
}

func readCell(r *codec.Reader) cell {
	c := cell{slot: r.Int64(), n: uint32(min(r.Uvarint(), math.MaxUint32)), low: r.Float64(), top: r.Float64(), at: r.Int64(), last: readValue(r), sum: readValue(r)}
	if c.slot < 0 {
		r.Fail()
	}
	return c
}

func (v Value) append(b []byte) []byte {
	return codec.AppendFloat64(codec.AppendFloat64(b, v.V), v.Weight)
}

func readValue(r *codec.Reader) Value { return Value{r.Float64(), r.Float64()} }

func (p *Past) append(b []byte) []byte {
	b = appendString(appendString(b, p.ID), p.Root)
	b = codec.AppendInt64(codec.AppendInt64(b, p.Start), p.End)
	b = codec.AppendUvarint(b, uint64(len(p.members)))
	for _, m := range p.members {
		b = codec.AppendUint64(b, m)
	}
	return b
}

func readPast(r *codec.Reader) Past {
	p := Past{ID: readString(r), Root: readString(r), Start: r.Int64(), End: r.Int64()}
	for range length(r, 8) {
		p.members = append(p.members, r.Uint64())
	}
	return p
}

func (in *Incident) append(b []byte) []byte {
	b = appendString(appendString(b, in.ID), in.Root)
	for _, n := range []int64{in.Start, in.End, in.calm, in.updated, int64(in.Dropped)} {
		b = codec.AppendInt64(b, n)
	}
	b = codec.AppendBool(codec.AppendFloat64(b, in.Nats), in.dirty)
	b = codec.AppendUvarint(b, uint64(len(in.Services)))
	for _, s := range in.Services {
		b = codec.AppendInt64(codec.AppendFloat64(appendString(b, s.Name), s.Score), s.First)
	}
	b = codec.AppendUvarint(b, uint64(len(in.Members)))
	for i := range in.Members {
		b = in.Members[i].append(b)
	}
	b = codec.AppendUvarint(b, uint64(len(in.Unaffected)))
	for _, name := range in.Unaffected {
		b = appendString(b, name)
	}
	b = codec.AppendUvarint(b, uint64(len(in.Similar)))
	for i := range in.Similar {
		b = in.Similar[i].append(b)
	}
	return b
}

func readIncident(r *codec.Reader) *Incident {
	in := &Incident{ID: readString(r), Root: readString(r), Start: r.Int64(), End: r.Int64(), calm: r.Int64(), updated: r.Int64()}
	in.Dropped = int(r.Int64())
	in.Nats, in.dirty = r.Float64(), r.Bool()
	for range length(r, 17) {
		in.Services = append(in.Services, Suspect{readString(r), r.Float64(), r.Int64()})
	}
	for range length(r, 60) {
		in.Members = append(in.Members, readMember(r))
	}
	for range length(r, 1) {
		in.Unaffected = append(in.Unaffected, readString(r))
	}
	for range length(r, 20) {
		in.Similar = append(in.Similar, readPast(r))
	}
	if len(in.Services) == 0 || math.IsNaN(in.Nats) {
		r.Fail() // none is open without the service that it began with
	}
	return in
}

func (m *Member) append(b []byte) []byte {
	b = codec.AppendUint64(b, m.id)
	for _, text := range []string{m.Service, m.Name, m.Label, m.Keywords, m.Sample, m.Solution} {
		b = appendString(b, text)
	}
	b = append(b, byte(m.Family), byte(m.Kind))
	b = codec.AppendBool(codec.AppendBool(b, m.Up), m.New)
	for _, v := range []float64{m.Nats, m.Value, m.Usual} {
		b = codec.AppendFloat64(b, v)
	}
	return codec.AppendInt64(codec.AppendInt64(b, m.First), m.Last)
}

func readMember(r *codec.Reader) Member {
	m := Member{id: r.Uint64()}
	for _, text := range []*string{&m.Service, &m.Name, &m.Label, &m.Keywords, &m.Sample, &m.Solution} {
		*text = readString(r)
	}
	m.Family, m.Kind = Family(r.Byte()), Kind(r.Byte())
	m.Up, m.New = r.Bool(), r.Bool()
	m.Nats, m.Value, m.Usual = r.Float64(), r.Float64(), r.Float64()
	m.First, m.Last = r.Int64(), r.Int64()
	if m.Family >= families || m.Kind >= kinds {
		r.Fail()
	}
	return m
}

// length reads how many follow, of at least size bytes each.
func length(r *codec.Reader, size int) int { return r.Len(int(min(r.Uvarint(), math.MaxInt32)), size) }

func appendString(b []byte, s string) []byte {
	return append(codec.AppendUvarint(b, uint64(len(s))), s...)
}

func readString(r *codec.Reader) string { return string(r.Bytes(length(r, 1))) }

func (n noise) valid() bool { return n >= 0 && n < 1e9 }
