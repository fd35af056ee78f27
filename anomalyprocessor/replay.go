// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// maxReplay bounds the points that a late one can be put before.
const maxReplay = 512

// replay lets a stream go back to where a late point belongs: two earlier states
// and the points since the older one. The older is at least the lateness old, so
// that every point within it finds its place.
type replay struct {
	older, younger snapshot
	points         []sample // newer than older, in the order of time
}

// snapshot is what a stream had learnt when its newest point was at a time. nil
// is a new stream's.
type snapshot struct {
	learnt []byte
	at     int64
}

// place learns from a point wherever it belongs and leaves the verdicts on it,
// as in the right order, in r.findings.
func (s *stream) place(p *sample, r *reader, lateness int64) measure.Outcome {
	if s.replay == nil {
		s.replay = new(replay)
	}
	r.findings = r.findings[:0]
	newest := s.newest()
	i, known := slices.BinarySearchFunc(s.replay.points, p.at, func(q sample, at int64) int { return int(q.at - at) })
	switch {
	case p.at > newest || newest == 0:
		outcome := s.step(p, r)
		if outcome == measure.OK || outcome == measure.First || outcome == measure.Reset {
			s.replay.points = append(s.replay.points, p.kept())
			s.roll(lateness)
		}
		return outcome
	case known:
		return measure.Duplicate
	case p.at <= s.replay.older.at || p.at < newest-lateness:
		return measure.Late
	}
	s.replay.points = slices.Insert(s.replay.points, i, p.kept())
	return s.again(i, r)
}

// again goes through the points once more and leaves the verdicts on one of them
// in r.findings.
func (s *stream) again(wanted int, r *reader) (outcome measure.Outcome) {
	s.back(s.replay.older)
	var findings []finding
	for i := range s.replay.points {
		p := &s.replay.points[i]
		o := s.step(p, r)
		if i == wanted {
			outcome, findings = o, slices.Clone(r.findings)
		}
		if p.at == s.replay.younger.at {
			s.replay.younger.learnt = s.appendLearnt(s.replay.younger.learnt[:0])
		}
	}
	r.findings = findings
	return outcome
}

// back makes the stream what it was.
func (s *stream) back(to snapshot) {
	if to.learnt != nil {
		// The bytes are our own of a moment ago.
		s.restoreLearnt(codec.NewReader(to.learnt))
		return
	}
	s.number, s.histogram = measure.Number{}, nil
	for i := range s.watches {
		s.watches[i].detector = detect.New(&s.plan.detector)
	}
}

// roll gives up what no point within the lateness needs any more.
func (s *stream) roll(lateness int64) {
	re := s.replay
	newest := re.points[len(re.points)-1].at
	if re.younger.at == 0 {
		re.younger.at = newest
		re.younger.learnt = s.appendLearnt(re.younger.learnt[:0])
		return
	}
	if newest-re.younger.at < lateness && len(re.points) < maxReplay {
		return
	}
	re.older, re.younger = re.younger, snapshot{re.older.learnt[:0], newest}
	re.younger.learnt = s.appendLearnt(re.younger.learnt)
	re.points = slices.DeleteFunc(re.points, func(p sample) bool { return p.at <= re.older.at })
}

// kept is a copy that outlives the batch.
func (p *sample) kept() sample {
	k := *p
	if p.distribution != nil {
		k.distribution = p.distribution.Clone()
	}
	return k
}
