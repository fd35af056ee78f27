// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import "github.com/cespare/xxhash/v2"

// With calls f with the state of a stream, as Do does, but only of one that is known,
// and that does not count as seen: for work beside the flow. It is false where the
// stream is not known.
func (m *Map[S]) With(id ID, f func(*S)) bool {
	s := &m.shards[m.shardOf(id)]
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[id]
	if e == nil {
		return false
	}
	f(&e.state)
	return true
}

// Aggregate continues an ID: that of what several streams add up to is none of theirs.
func (id ID) Aggregate(function string) ID {
	return id.with(xxhash.Sum64String("aggregate " + function))
}
