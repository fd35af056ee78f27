// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

const minute = int64(60e9)

func settings() Config {
	return Config{
		Slot: minute, Lateness: 2 * minute, Quiet: 3, Period: 2, Factor: 7,
		Members: 20, Streams: 1000, Services: 100, Open: 10, Stale: 1440,
	}
}

// sample is one point or record.
type sample struct {
	at    int64
	value float64
	Description
}

func (d Description) id() uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, d.System, d.Service, d.Name, d.Label)
	return h.Sum64()
}

func (s sample) feed(e *Engine) {
	if s.Kind == Records {
		e.Heard(s.System, s.Service, s.at)
	}
	if id := s.id(); !e.Known(id, s.at, Value{V: s.value}) {
		e.Describe(id, s.at, Value{V: s.value}, s.Description)
	}
}

// shop is two hours of eight services; from minute 60 to 64 one is slow and reports errors.
func shop(seed uint64) []sample {
	random := rand.New(rand.NewPCG(seed, 1))
	var all []sample
	for m := range int64(120) {
		for sv := range 8 {
			at, name, fault := (1e6+m)*minute, fmt.Sprint("service-", sv), sv == 3 && m >= 60 && m < 65
			for _, metric := range []string{"cpu.usage", "http.server.request.duration", "http.server.active_requests"} {
				v := 100 + 5*random.NormFloat64()
				if fault && metric != "http.server.active_requests" {
					v *= 5
				}
				all = append(all, sample{at + random.Int64N(minute), v, Description{System: "shop", Service: name, Name: metric}})
			}
			if fault {
				for range 6 {
					all = append(all, sample{at + random.Int64N(minute), 1, Description{System: "shop", Service: name, Name: "c1", Kind: Records, Severe: true, Solution: "restart the database"}})
				}
			}
		}
	}
	all = append(all, sample{(1e6 + 200) * minute, 100, Description{System: "shop", Service: "service-0", Name: "cpu.usage"}})
	slices.SortFunc(all, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	return all
}

func run(samples []sample) []Event {
	e := New(settings())
	var events []Event
	for _, s := range samples {
		s.feed(e)
		events = append(events, e.Events()...)
	}
	return events
}

func TestAFaultIsOneIncident(t *testing.T) {
	events := run(shop(1))
	require.GreaterOrEqual(t, len(events), 2)
	opened, closed := events[0], events[len(events)-1]
	require.Equal(t, Opened, opened.Stage)
	require.Equal(t, Closed, closed.Stage)
	require.Equal(t, "service-3", opened.Incident.Root)
	require.Equal(t, (int64(1e6)+60)*minute, opened.Incident.Start)
	require.Equal(t, (int64(1e6)+65)*minute, closed.Incident.End)
	require.Contains(t, closed.Incident.Unaffected, "service-0")
	require.Equal(t, "restart the database", closed.Incident.Members[slices.IndexFunc(closed.Incident.Members, func(m Member) bool { return m.Family == Logs })].Solution)
	for _, e := range events {
		require.Equal(t, opened.Incident.ID, e.Incident.ID)
	}
}

func TestPeaceIsNoIncident(t *testing.T) {
	var calm []sample
	for _, s := range shop(2) {
		if s.Service != "service-3" {
			calm = append(calm, s)
		}
	}
	require.Empty(t, run(calm))
}

func TestEveryOrderWithinTheLatenessGivesTheSame(t *testing.T) {
	want := run(shop(3))
	require.NotEmpty(t, want)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		samples := shop(3)
		last := samples[len(samples)-1]
		arrives := map[int]int64{}
		order := make([]int, len(samples)-1)
		for i := range order {
			order[i] = i
			arrives[i] = samples[i].at + random.Int64N(settings().Lateness)
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(arrives[a], arrives[b]) })
		var shuffled []sample
		for _, i := range order {
			shuffled = append(shuffled, samples[i])
		}
		require.Equal(t, want, run(append(shuffled, last)), "seed %d", seed)
	}
}

func TestLateIsCountedAndCapsHold(t *testing.T) {
	e := New(settings())
	at := int64(1e6) * minute
	sample{at, 1, Description{Service: "a", Name: "x"}}.feed(e)
	sample{at - 10*minute, 1, Description{Service: "a", Name: "x"}}.feed(e)
	require.Equal(t, int64(1), e.Counts.Late)
	for i := range 1100 {
		sample{at, 1, Description{Service: fmt.Sprint(i % 120), Name: fmt.Sprint("y", i)}}.feed(e)
	}
	streams, services, _ := e.Sizes()
	require.LessOrEqual(t, streams, 1000)
	require.Equal(t, 100, services)
	require.Positive(t, e.Counts.ServicesFull)
}

func TestSimilarIncidentsAreNamed(t *testing.T) {
	first := shop(4)
	first = first[:len(first)-1]
	var again []sample
	for _, s := range first {
		s.at += 120 * minute
		again = append(again, s)
	}
	events := run(append(first, again...))
	last := events[len(events)-1].Incident
	require.NotEqual(t, events[0].Incident.ID, last.ID)
	require.Len(t, last.Similar, 1)
	require.Equal(t, events[0].Incident.ID, last.Similar[0].ID)
}

func TestAKnownPointAllocatesNothing(t *testing.T) {
	e := New(settings())
	d := Description{Service: "a", Name: "x"}
	at := int64(1e6) * minute
	sample{at, 1, d}.feed(e)
	id := d.id()
	require.Zero(t, testing.AllocsPerRun(100, func() { e.Known(id, at, Value{V: 2}) }))
}

func TestFamilies(t *testing.T) {
	for name, want := range map[string]Family{
		"http.server.request.duration": Latency, "http.client.request.duration": Client, "PodServerLatencyP95(s)": Latency,
		"CpuUsage(m)": CPU, "SyscallRead": System, "process.memory.usage": Memory, "process.threads": System, "system.filesystem.utilization": Disk,
		"PodWorkload(Ops)": Load, "rpc.errors": Errors, "temperature": Other, "": Other,
	} {
		require.Equal(t, want, FamilyOf(name), name)
	}
}

func FuzzFamilyOf(f *testing.F) {
	f.Add("http.server.Duration")
	f.Fuzz(func(_ *testing.T, name string) { FamilyOf(name) })
}

func TestNoNumberBreaksIt(t *testing.T) {
	e := New(settings())
	for i, v := range []float64{0, math.MaxFloat64, -math.MaxFloat64, 1e-300, 0, 5} {
		for m := range int64(20) {
			sample{(1e6 + int64(i)*20 + m) * minute, v, Description{Service: "a", Name: "x"}}.feed(e)
		}
	}
	for _, ev := range e.Events() {
		require.False(t, math.IsNaN(ev.Incident.Nats))
	}
}

func TestKindsAreRead(t *testing.T) {
	for kind, want := range map[Kind]float64{Gauge: 20, Delta: 40, Cumulative: 0.5} {
		e := New(settings())
		d := Description{Service: "a", Name: "x", Kind: kind}
		for m := range int64(30) {
			at := (1e6 + m) * minute
			low, top := 10.0, 30.0
			if kind == Cumulative {
				low, top = float64(m)*30, float64(m)*30 // half a one a second
			}
			sample{at, low, d}.feed(e)
			sample{at, top, d}.feed(e)
		}
		require.InDelta(t, want, e.streams[d.id()].value.Level(), 1e-9, "kind %d", kind)
	}
}

func TestStaleStreamsAreForgotten(t *testing.T) {
	e := New(settings())
	sample{1e6 * minute, 1, Description{Service: "a", Name: "x"}}.feed(e)
	for m := range int64(1450) {
		sample{(1e6 + m) * minute, 1, Description{Service: "b", Name: "x"}}.feed(e)
	}
	streams, _, _ := e.Sizes()
	require.Equal(t, 1, streams)
}

// Whoever goes on from a snapshot says what the one says that never stopped.
func TestAStopInBetweenChangesNothing(t *testing.T) {
	samples := shop(5)
	want := run(samples)
	require.NotEmpty(t, want)
	for _, stop := range []int{1, len(samples) / 4, len(samples) / 2, len(samples)/2 + 40, len(samples) - 2} {
		e := New(settings())
		var got []Event
		for i, s := range samples {
			if i == stop {
				next := New(settings())
				require.NoError(t, next.Restore(chunks(e)))
				e = next
			}
			s.feed(e)
			got = append(got, e.Events()...)
		}
		require.Equal(t, want, got, "stopped at %d", stop)
	}
}

func chunks(e *Engine) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for c := range e.Snapshot() {
			if !yield(slices.Clone(c), nil) {
				return
			}
		}
	}
}

// A snapshot that comes late adds what is not known yet.
func TestALateSnapshotKeepsWhatCameSince(t *testing.T) {
	samples := shop(6)
	before := New(settings())
	for _, s := range samples[:len(samples)/2] {
		s.feed(before)
	}
	live := New(settings())
	last := samples[len(samples)-1]
	last.feed(live)
	slot := live.slot
	require.NoError(t, live.Restore(chunks(before)))
	require.Equal(t, slot, live.slot)
	require.Len(t, live.streams, len(before.streams))
}

func FuzzRestore(f *testing.F) {
	e := New(settings())
	for _, s := range shop(7)[:1600] {
		s.feed(e)
	}
	for c := range e.Snapshot() {
		f.Add(slices.Clone(c), slices.Clone(c))
	}
	f.Fuzz(func(_ *testing.T, systems, streams []byte) {
		e := New(settings())
		if e.Restore(func(yield func([]byte, error) bool) { _ = yield(systems, nil) && yield(streams, nil) }) != nil {
			return
		}
		for _, s := range shop(7)[1600:1700] {
			s.feed(e)
		}
	})
}
