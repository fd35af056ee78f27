// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package history

import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/state"

// farthest keeps bucket numbers, multiplied by a step, within an int64.
const farthest = 1 << 26

// State writes or reads the series, which has at most limit closed buckets.
func (s *Series) State(c *state.Codec, limit int) {
	rung := int64(s.rung)
	c.Int64(&rung)
	c.Check(rung >= 0 && rung < int64(len(Ladder)))
	s.rung = int(rung)
	c.Int64(&s.first)
	if c.Err == nil {
		c.Check(s.first > -farthest*Ladder[len(Ladder)-1]/s.Step() && s.first < farthest*Ladder[len(Ladder)-1]/s.Step())
	}
	c.Finite(&s.origin)
	c.Finite(&s.sum)
	c.Int64(&s.count)
	c.Check(s.count >= 0)
	c.Float32Slice(&s.means, limit)
}

// Size is the memory behind the struct, in bytes.
func (s *Series) Size() int { return 4 * cap(s.means) }
