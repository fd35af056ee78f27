// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/partition"
)

// answersLimit bounds what is remembered of the answers to the latest batches, in
// bytes: 170,000 records of known templates.
const answersLimit = 4 << 20

// answered is what a record was given.
type answered struct {
	entry  *partition.Entry // nil when the line was not learnt
	answer *partition.Answer
	fresh  bool
}

// now is the answer, with the solution that somebody may have written meanwhile.
func (a *answered) now(p *partition.Partition) *partition.Answer {
	if a.entry == nil {
		return a.answer
	}
	if latest := p.Answer(a.entry); latest.Solution != a.answer.Solution {
		return latest
	}
	return a.answer
}

// What one of them takes: more when the record taught its template, since in a flood
// of lines that never come again this may be all that still holds it.
const (
	answerBytes = 24
	learntBytes = 1024
)

// answers remembers what the latest batches were given, see package repeat. Records
// that bear no time may well be the same as earlier ones without having been sent
// twice: their batch is remembered only when the next component refused it.
type answers struct {
	memory  *repeat.Memory[[]answered]
	pending sync.Map // plog.Logs -> remembered, while the next component has it
}

type remembered struct {
	key   repeat.Key
	given []answered
	bytes int
}

func newAnswers() *answers { return &answers{memory: repeat.New[[]answered](answersLimit)} }

// of returns what the records of a batch were given when it came before.
func (a *answers) of(key repeat.Key) []answered {
	given, _ := a.memory.Recall(key)
	return given
}

// given notes what the records of a batch were given, of which some were learnt.
func (a *answers) given(ld plog.Logs, key repeat.Key, timed bool, given []answered, learnt int) {
	bytes := answerBytes*len(given) + learntBytes*learnt
	switch {
	case len(given) == 0:
	case timed:
		a.memory.Remember(key, given, bytes)
	default:
		a.pending.Store(ld, remembered{key, given, bytes})
	}
}

// passedOn notes what the next component said of a batch.
func (a *answers) passedOn(ld plog.Logs, err error) {
	r, ok := a.pending.LoadAndDelete(ld)
	if ok && err != nil {
		r := r.(remembered)
		a.memory.Remember(r.key, r.given, r.bytes)
	}
}

// keyOf tells a batch from others by its records' times and bodies and the partitions
// that they are of. timed says that each record bears a time.
func (p *logClusterProcessor) keyOf(b *batch, ld plog.Logs) (key repeat.Key, timed bool) {
	h := repeat.Start
	timed = true
	for _, rl := range ld.ResourceLogs().All() {
		b.key = partitionKey(b.key[:0], rl.Resource().Attributes(), p.partitionBy)
		h = repeat.Mix(h, repeat.Bytes(b.key))
		for _, sl := range rl.ScopeLogs().All() {
			records := sl.LogRecords()
			for i := range records.Len() {
				lr := records.At(i)
				at, observed := uint64(lr.Timestamp()), uint64(lr.ObservedTimestamp())
				timed = timed && at|observed != 0
				h = repeat.Mix(repeat.Mix(h, at), observed)
				h = content(h, lr.Body())
			}
		}
	}
	return repeat.Key{Quick: h, Full: h}, timed
}

// content adds a body to a hash.
func content(h uint64, body pcommon.Value) uint64 {
	switch body.Type() {
	case pcommon.ValueTypeStr:
		return repeat.Mix(h, repeat.Text(body.Str()))
	case pcommon.ValueTypeMap:
		sum := uint64(0) // the order of keys means nothing
		for k, v := range body.Map().All() {
			sum += content(repeat.Text(k), v)
		}
		return repeat.Mix(h, sum)
	case pcommon.ValueTypeSlice:
		for _, v := range body.Slice().All() {
			h = content(h, v)
		}
		return repeat.Mix(h, uint64(body.Slice().Len()))
	case pcommon.ValueTypeBytes:
		return repeat.Mix(h, repeat.Bytes(body.Bytes().AsRaw()))
	default:
		return repeat.Mix(h, repeat.Text(body.AsString()))
	}
}

// repeat gives a record what it was given when its batch came before.
func (p *logClusterProcessor) repeat(b *batch, lr plog.LogRecord) {
	given := b.again[0]
	b.again = b.again[1:]
	b.counts.repeated++
	if p.windowBy == ByProcessingTime { // which went on
		p.moveWindow(b, b.now)
	}
	p.out.write(lr.Attributes(), given.now(b.part), given.fresh)
	if p.out.parameters != "" {
		p.masker.Mask(b.envelope.Message, &b.line)
	}
	p.putParameters(b, lr)
}
