// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// The layout of version 2, in which the state had no Settled and an episode no Weekly.
type (
	episode2 struct {
		Begin  int64
		Length int32
		Far    float32
	}
	episodes2 struct {
		N    int32
		List [maxEpisodes]episode2
	}
)

// restore2 reads what version 2 wrote.
func (d *Detector) restore2(b []byte) ([]byte, error) {
	const before = 5*8 + 5*4 // bytes of the state's fields before Settled
	size := binary.Size(d.state) - binary.Size(d.Settled)
	if len(b) < size {
		return nil, fmt.Errorf("%w: cut off", ErrState)
	}
	now := slices.Concat(b[:before], make([]byte, binary.Size(d.Settled)), b[before:size])
	if _, err := get(now, &d.state); err != nil {
		return nil, err
	}
	d.Settled = settled(d.N)
	b, err := d.restoreOpen(b[size:])
	if err != nil {
		return nil, err
	}
	m, b, err := getMaybe[episodes2](b)
	if err != nil {
		return nil, err
	}
	if m != nil {
		d.episodes = &episodes{N: m.N}
		for i, e := range m.List {
			d.episodes.List[i] = episode{Begin: e.Begin, Length: e.Length, Far: e.Far}
		}
	}
	return profilesOf(d, b, func(p *profile) *profile { return p })
}

// settled is what a state that did not count them had of values.
func settled(n int64) int32 { return int32(max(0, min(n, 1<<30))) }
