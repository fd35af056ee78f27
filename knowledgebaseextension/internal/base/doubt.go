// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"context"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// attempt is a save of which nobody knew whether it was committed: the connection was
// lost meanwhile.
type attempt struct {
	number    int64
	committed bool // as the store said
}

// doubt is what a partition had in such a save. The processor offers all of it again,
// which does no harm but to counts.
type doubt struct {
	*attempt
	counts map[shapeKey]int64
}

type shapeKey struct {
	hash  knowledge.ID
	slots uint8
}

// maxDoubts is how many saves of a partition are kept in mind whose shapes have not
// all been offered again.
const maxDoubts = 8

// doubted notes that the last save is in doubt.
func (s *session) doubted(changes []knowledge.Change) {
	s.last = &attempt{number: s.number}
	for _, c := range changes {
		d := &doubt{attempt: s.last, counts: make(map[shapeKey]int64, len(c.Rows.Shapes))}
		for i := range c.Rows.Shapes {
			shape := &c.Rows.Shapes[i]
			d.counts[shapeKey{shape.Hash, shape.Slots}] = shape.Count
		}
		all := s.doubts[c.Partition]
		s.doubts[c.Partition] = append(all[max(0, len(all)-maxDoubts+1):], d)
	}
}

// settle asks the store about the last save, when that is in doubt, and takes what was
// counted already out of what is offered again.
func (s *session) settle(ctx context.Context, in *store.Store, changes []knowledge.Change) error {
	if s.last != nil {
		committed, err := in.Committed(ctx, store.Writer{ID: s.writer, Number: s.last.number})
		if err != nil {
			return err
		}
		s.last.committed, s.last = committed, nil
	}
	for i := range changes {
		s.subtract(&changes[i])
	}
	return nil
}

func (s *session) subtract(c *knowledge.Change) {
	var left []*doubt
	for _, d := range s.doubts[c.Partition] {
		if !d.committed {
			continue
		}
		for i := range c.Rows.Shapes {
			shape := &c.Rows.Shapes[i]
			key := shapeKey{shape.Hash, shape.Slots}
			shape.Count -= d.counts[key]
			delete(d.counts, key)
		}
		if len(d.counts) > 0 {
			left = append(left, d)
		}
	}
	if len(left) > 0 {
		s.doubts[c.Partition] = left
	} else {
		delete(s.doubts, c.Partition)
	}
}
