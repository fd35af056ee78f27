// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// Reason says why a stream was forgotten.
type Reason int

// The reasons.
const (
	Full  Reason = iota // the cap was reached
	Stale               // not seen for the time that the map keeps a stream
	reasons
)

// String returns the reason's name in metrics.
func (r Reason) String() string {
	return [reasons]string{Full: "limit", Stale: "stale"}[r]
}

// Map keeps the states of at most a given number of streams. It is a segmented
// LRU (Karedla, Love and Wherry, "Caching strategies to improve disk system
// performance", 1994): a stream first stands in a trial segment and moves to the
// kept segment when it was seen again. At the cap who came first stays: a stream
// gives way only when it has not been seen for a while, those of the trial segment
// first; as long as there is none, new streams are refused.
// Seeing a stream only sets a mark; the lists are put in order when room is
// needed, as the clock algorithm does (Corbato, "A paging experiment with the
// Multics system", 1969), so that a point does not touch the neighbours of its
// stream in memory.
//
// Time is the data's own: the newest event time that was shown to Tick. A stream
// that has not been seen while that clock went on by more than the keeping time,
// and by several times its own interval, is forgotten, at the latest when it comes
// again.
//
// A map is safe for concurrent use; one stream's state is used by one caller at
// a time. What it forgets depends only on the order of calls, not on the number
// of processors.
type Map[S any] struct {
	keep    int64 // ns; 0 keeps for ever
	clock   atomic.Int64
	count   atomic.Int64
	dropped [reasons]atomic.Int64
	refused atomic.Int64
	shift   uint // from an ID's high bits to a shard
	shards  []shard[S]

	// Forgotten, when it is set, is called with the state of every stream that is
	// dropped. It is set before the first stream comes, and calls no method.
	Forgotten func(*S)
}

// A shard has enough streams that chance fills all alike, and there are enough
// shards that two cores seldom meet at one.
const (
	maxShards      = 64
	minShardStream = 1024
	// keptPart is the share of a shard that streams seen again may fill.
	keptPart = 0.9
	// intervals of its own without a stream make it one that does not live. One
	// that was seen once has no interval yet, and is given twice the keeping time.
	intervals = 4
	longest   = math.MaxInt64 / intervals
	// patience is how long a stream lives at least after it was seen, ns.
	patience = int64(15 * time.Minute)
	// tries is how many streams are looked at for one that gives way.
	tries = 8
)

type shard[S any] struct {
	mu       sync.Mutex
	entries  map[ID]*entry[S]
	trial    list[S]
	kept     list[S]
	cap      int
	keptCap  int
	_padding [24]byte //nolint:unused // keeps the locks of two shards off one cache line
}

type entry[S any] struct {
	older, newer *entry[S]
	id           ID
	touched      int64                    // the map's clock when it was last seen
	interval     int64                    // by which that clock went on between; 0 before it did
	next         atomic.Pointer[entry[S]] // that was seen after it, by the same cursor
	kept         bool
	again        bool // seen since it was put where it is in its list
	gone         bool // forgotten
	state        S
}

// list is a doubly linked list from the least to the most recently seen.
type list[S any] struct {
	oldest, newest *entry[S]
	n              int
}

// NewMap returns a map of at most limit streams, each forgotten when the data's
// clock went on by more than keep ns without it. limit is at least 1; keep 0 is
// for ever.
func NewMap[S any](limit int, keep int64) *Map[S] {
	shards := 1
	for shards < maxShards && limit/(shards*2) >= minShardStream {
		shards *= 2
	}
	m := &Map[S]{keep: keep, shards: make([]shard[S], shards), shift: uint(64 - bits.TrailingZeros(uint(shards)))}
	for i := range m.shards {
		size := limit / shards
		if i < limit%shards {
			size++
		}
		m.shards[i].entries = make(map[ID]*entry[S])
		m.shards[i].cap = size
		m.shards[i].keptCap = max(1, int(float64(size)*keptPart))
	}
	return m
}

// Tick moves the clock to an event time, in ns; it never goes back.
func (m *Map[S]) Tick(at int64) {
	for {
		now := m.clock.Load()
		if at <= now || m.clock.CompareAndSwap(now, at) {
			return
		}
	}
}

// Do moves a cursor to a stream and calls f with its state, which is a zero value
// when the stream is not known. No other caller has that state until f returns. A
// new stream for which there is no room is refused: f is not called, and Do returns
// false.
func (m *Map[S]) Do(c *Cursor[S], id ID, f func(*S)) bool {
	e := c.next()
	s := &m.shards[m.shardOf(id)]
	s.mu.Lock()
	defer s.mu.Unlock()
	now := m.clock.Load()
	if e == nil || e.id != id || e.gone {
		e = s.entries[id]
	}
	if e != nil && m.stale(e, now) {
		m.forget(s, e, Stale)
		e = nil
	}
	if e == nil {
		m.expire(s, now)
		if len(s.entries) >= s.cap {
			idle := s.idle(now)
			if idle == nil {
				m.refused.Add(1)
				return false
			}
			m.forget(s, idle, Full)
		}
		e = &entry[S]{id: id, touched: now}
		s.entries[id] = e
		s.trial.push(e)
		m.count.Add(1)
	} else {
		e.again = true
		e.seen(now)
	}
	c.move(e)
	f(&e.state)
	return true
}

// seen takes note of a time at which the stream is seen. Its interval follows longer
// ones at once and shorter ones slowly.
func (e *entry[S]) seen(now int64) {
	if gap := now - e.touched; gap > e.interval {
		e.interval = min(gap, longest)
	} else if gap > 0 {
		e.interval -= (e.interval - gap) / 8
	}
	e.touched = now
}

// stale says that a stream has not been seen for the time that the map keeps one.
func (m *Map[S]) stale(e *entry[S], now int64) bool {
	keep := max(m.keep, intervals*e.interval)
	if e.interval == 0 {
		keep = 2 * m.keep
	}
	return m.keep > 0 && now-e.touched > keep
}

// idle is the stream to give up for a new one, or nil when all live.
func (s *shard[S]) idle(now int64) *entry[S] {
	for range tries {
		e := s.victim()
		if now-e.touched > max(patience, intervals*e.interval) {
			return e
		}
		if now-e.touched <= patience {
			return nil // and so have all behind it been seen of late
		}
		e.again = true // seldom, but alive: it is passed over
	}
	return nil
}

func (m *Map[S]) shardOf(id ID) uint64 { return uint64(id) >> m.shift & uint64(len(m.shards)-1) }

// victim is the stream to give up for a new one.
func (s *shard[S]) victim() *entry[S] {
	for s.trial.oldest != nil && s.trial.oldest.again {
		s.promote(s.trial.oldest)
	}
	if s.trial.oldest != nil {
		return s.trial.oldest
	}
	return s.kept.leastRecent()
}

// promote moves a stream to the kept segment; where that is full, the one seen
// longest ago goes back to the trial segment.
func (s *shard[S]) promote(e *entry[S]) {
	s.trial.remove(e)
	e.kept, e.again = true, false
	s.kept.push(e)
	if s.kept.n > s.keptCap {
		back := s.kept.leastRecent()
		s.kept.remove(back)
		back.kept = false
		s.trial.push(back)
	}
}

// leastRecent returns the first that was not seen since it was put where it is;
// those that were go to the newest end.
func (l *list[S]) leastRecent() *entry[S] {
	for l.oldest.again {
		l.renew()
	}
	return l.oldest
}

// renew moves the oldest to the newest end.
func (l *list[S]) renew() {
	e := l.oldest
	l.remove(e)
	e.again = false
	l.push(e)
}

// expire forgets the stale streams of a shard. A stream at the front of its list
// that has no mark was last seen no later than any behind it.
func (m *Map[S]) expire(s *shard[S], now int64) {
	if m.keep == 0 {
		return
	}
	clean := func(l *list[S], renew func(*entry[S])) {
		passed := 0
		for e := l.oldest; e != nil; e = l.oldest {
			switch {
			case m.stale(e, now):
				m.forget(s, e, Stale)
			case e.again:
				renew(e)
			case now-e.touched > m.keep && passed < tries: // one with a long interval must not hide others
				passed++
				l.renew()
			default:
				return
			}
		}
	}
	clean(&s.trial, s.promote)
	clean(&s.kept, func(*entry[S]) { s.kept.renew() })
}

func (m *Map[S]) forget(s *shard[S], e *entry[S], why Reason) {
	if e.kept {
		s.kept.remove(e)
	} else {
		s.trial.remove(e)
	}
	delete(s.entries, e.id)
	m.count.Add(-1)
	m.dropped[why].Add(1)
	if m.Forgotten != nil {
		m.Forgotten(&e.state)
	}
	// A cursor, or the stream before it, may hold on to it for a while.
	var none S
	e.gone, e.state = true, none
	e.next.Store(nil)
}

// Expire forgets the stale streams of all shards.
func (m *Map[S]) Expire() {
	now := m.clock.Load()
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		m.expire(s, now)
		s.mu.Unlock()
	}
}

// Clear forgets everything, without counting it as dropped.
func (m *Map[S]) Clear() {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		m.count.Add(-int64(len(s.entries)))
		for _, e := range s.entries {
			e.gone = true
		}
		clear(s.entries)
		s.trial, s.kept = list[S]{}, list[S]{}
		s.mu.Unlock()
	}
	m.clock.Store(0)
}

// Len is the number of streams.
func (m *Map[S]) Len() int { return int(m.count.Load()) }

// Clock is the newest event time shown to Tick.
func (m *Map[S]) Clock() int64 { return m.clock.Load() }

// Dropped is the number of streams forgotten so far for a reason.
func (m *Map[S]) Dropped(why Reason) int64 { return m.dropped[why].Load() }

// Refused is how often a new stream found no room.
func (m *Map[S]) Refused() int64 { return m.refused.Load() }

// Shards is the number of parts that Each visits.
func (m *Map[S]) Shards() int { return len(m.shards) }

// Seen is what the map remembers of when a stream was seen.
type Seen struct {
	Touched int64 // the map's clock when it was last seen
	Kept    bool  // it is in the kept segment
	Again   bool  // it was seen since it was put where it is in its list
	// Interval by which the clock goes on between; 0 is not known. A snapshot does
	// not have it.
	Interval int64
}

// Each calls f with every stream of one shard, from the least to the most
// recently seen, the trial segment first, which is the order in which Put
// rebuilds it. Callers of Do wait meanwhile for this shard alone.
func (m *Map[S]) Each(shard int, f func(id ID, seen Seen, state *S)) {
	s := &m.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range []*list[S]{&s.trial, &s.kept} {
		for e := l.oldest; e != nil; e = e.newer {
			f(e.id, Seen{e.touched, e.kept, e.again, e.interval}, &e.state)
		}
	}
}

// Put adds a stream at the newest end of a segment, as Each gave it. Above the
// cap, when the cap is smaller than it was, the oldest give way.
func (m *Map[S]) Put(id ID, seen Seen, state S) {
	s := &m.shards[m.shardOf(id)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[id] != nil {
		return
	}
	e := &entry[S]{id: id, touched: seen.Touched, interval: seen.Interval, kept: seen.Kept && s.kept.n < s.keptCap, again: seen.Again, state: state}
	if len(s.entries) >= s.cap {
		m.forget(s, s.victim(), Full)
	}
	s.entries[id] = e
	if e.kept {
		s.kept.push(e)
	} else {
		s.trial.push(e)
	}
	m.count.Add(1)
}

func (l *list[S]) push(e *entry[S]) {
	e.older, e.newer = l.newest, nil
	if l.newest != nil {
		l.newest.newer = e
	} else {
		l.oldest = e
	}
	l.newest = e
	l.n++
}

func (l *list[S]) remove(e *entry[S]) {
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		l.oldest = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		l.newest = e.older
	}
	e.older, e.newer = nil, nil
	l.n--
}
