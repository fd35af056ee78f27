// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/envelope"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// seenSlots is a power of two well over the number of shapes that make up most
// of a batch.
const seenSlots = 256

// batch is the scratch of one Consume call, reused. It adds up what the call
// saw of each shape, so that two cores on the same templates do not fight over
// one counter per record.
type batch struct {
	now        int64         // processing time, ns since 1970
	wait       time.Duration // that is left for clusterings
	part       *partition.Partition
	envelope   envelope.Envelope
	json       jsonWriter
	line       mask.Line
	key        []byte
	parameters []string
	counts     counts
	seen       [seenSlots]seen
	used       []uint16 // slots of seen in use
	given      []answered
	unlearned  int        // records of the resource at hand
	repeating  bool       // the batch came before
	again      []answered // what its records that are left were given then
}

// seen is what a batch saw of one shape and its shape table does not know yet.
type seen struct {
	entry *partition.Entry
	count int64
	last  int64 // latest event time
}

// counts is what became of a batch's records.
type counts struct {
	matched, learned, truncated, late, shared int
	unlearned                                 int
	repeated                                  int
	foreign                                   int // attributes of ours that senders wrote
	passed                                    [passReasons]int
}

// saw notes a record of a shape.
func (b *batch) saw(e *partition.Entry, t int64) {
	i := uint16(e.Shape() % seenSlots)
	s := &b.seen[i]
	if s.entry != e {
		if s.entry != nil {
			s.entry.Seen(s.count, s.last)
		} else {
			b.used = append(b.used, i)
		}
		*s = seen{entry: e}
	}
	s.count++
	s.last = max(s.last, t)
}

// flush tells the shape table. The table must know all that came before when it
// learns or when a window closes, or else the answer would depend on how the
// records were split into batches.
func (b *batch) flush() {
	for _, i := range b.used {
		s := &b.seen[i]
		s.entry.Seen(s.count, s.last)
		*s = seen{}
	}
	b.used = b.used[:0]
}
