// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"context"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// doubt is a save of which nobody knew whether it was committed: the connection was
// lost meanwhile. The processor offers all of it again, which does no harm but to
// counts.
type doubt struct {
	number    int64
	committed bool // as the store said
	counts    map[shapeKey]int64
}

type shapeKey struct {
	hash  knowledge.ID
	slots uint8
}

// maxDoubts is how many saves of a partition are kept in mind whose shapes have not
// all been offered again.
const maxDoubts = 8

// doubted notes a save in doubt.
func (s *session) doubted(partition string, delta *knowledge.Rows) {
	d := &doubt{number: s.number, counts: make(map[shapeKey]int64, len(delta.Shapes))}
	for i := range delta.Shapes {
		shape := &delta.Shapes[i]
		d.counts[shapeKey{shape.Hash, shape.Slots}] = shape.Count
	}
	all := s.doubts[partition]
	s.doubts[partition] = append(all[max(0, len(all)-maxDoubts+1):], d)
}

// settle asks the store about a partition's save in doubt, and takes what was counted
// already out of the delta, which has it again.
func (s *session) settle(ctx context.Context, in *store.Store, partition string, delta *knowledge.Rows) error {
	var left []*doubt
	for _, d := range s.doubts[partition] {
		if !d.committed {
			var err error
			if d.committed, err = in.Committed(ctx, store.Writer{ID: s.writer, Number: d.number}, partition); err != nil {
				return err
			}
			if !d.committed {
				continue
			}
		}
		for i := range delta.Shapes {
			key := shapeKey{delta.Shapes[i].Hash, delta.Shapes[i].Slots}
			delta.Shapes[i].Count -= d.counts[key]
			delete(d.counts, key)
		}
		if len(d.counts) > 0 {
			left = append(left, d)
		}
	}
	if len(left) > 0 {
		s.doubts[partition] = left
	} else {
		delete(s.doubts, partition)
	}
	return nil
}
