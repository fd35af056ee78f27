// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomalyprocessor // import "github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor"

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/otelcol-aiops/otelcol-aiops/anomalyprocessor/internal/detect"
	"github.com/otelcol-aiops/otelcol-aiops/internal/repeat"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// answersLimit bounds what is remembered of the answers to the latest batches, in
// bytes. What is not anomalous takes no more than its batch's key.
const answersLimit = 8 << 20

// answer is all that a batch was given.
type answer struct {
	points int // seen so far
	scopes int
	marks  []marked
	beside []beside
	bytes  int // about
}

// marked is a point that was marked, by its place in the batch.
type marked struct {
	point int
	kind  detect.Kind
}

// beside are the companions that a scope got.
type beside struct {
	scope   int
	metrics pmetric.MetricSlice
}

// companionBytes is about what a companion's point takes.
const companionBytes = 250

// mark notes that the point seen last was marked.
func (a *answer) mark(kind detect.Kind) {
	a.marks = append(a.marks, marked{a.points - 1, kind})
	a.bytes += 16
}

// scope notes which metrics were added to a scope that had n.
func (a *answer) scope(metrics pmetric.MetricSlice, n int) {
	if metrics.Len() > n {
		added := pmetric.NewMetricSlice()
		for i := n; i < metrics.Len(); i++ {
			m := metrics.At(i)
			m.CopyTo(added.AppendEmpty())
			a.bytes += companionBytes * (1 + pointsIn(m))
		}
		a.beside = append(a.beside, beside{a.scopes, added})
	}
	a.scopes++
}

func pointsIn(m pmetric.Metric) int {
	if m.Type() == pmetric.MetricTypeSum {
		return m.Sum().DataPoints().Len()
	}
	return m.Gauge().DataPoints().Len()
}

// known returns the key of a batch, and the answer that it was given when it came
// before.
func (b *pass) known(md pmetric.Metrics) (repeat.Key, *answer) {
	key := repeat.Key{Quick: repeat.Metrics(md)}
	if !b.answered.Maybe(key.Quick) {
		return key, nil
	}
	b.probing = true
	b.judgeAll(md)
	b.probing, b.answer = false, answer{}
	key.Full = b.identity
	known, _ := b.answered.Recall(key)
	return key, known
}

// remember keeps the answer to the batch. One of nothing but unknown points is no
// batch that could come again.
func (b *pass) remember(key repeat.Key) {
	if b.answer.points == 0 {
		return
	}
	key.Full = b.identity
	kept := b.answer
	b.answered.Remember(key, &kept, kept.bytes)
}

// repeat gives a batch the answer once more. Its points are counted as duplicates.
func (a *answer) repeat(b *pass, md pmetric.Metrics) {
	marks, added, point, scope := a.marks, a.beside, 0, 0
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			metrics := sm.Metrics()
			for i := range metrics.Len() {
				if series.Ours(metrics.At(i)) {
					continue
				}
				b.points.Each(metrics.At(i), func(attributes pcommon.Map, _ pmetric.DataPointFlags) {
					b.takeOff(attributes)
					if len(marks) > 0 && marks[0].point == point {
						mark(attributes, marks[0].kind)
						marks = marks[1:]
					}
					point++
				})
			}
			if len(added) > 0 && added[0].scope == scope {
				for _, m := range added[0].metrics.All() {
					m.CopyTo(metrics.AppendEmpty())
				}
				added = added[1:]
			}
			scope++
		}
	}
	b.counts[duplicate] += int64(point)
}

// mark writes on a point that it is anomalous.
func mark(attributes pcommon.Map, kind detect.Kind) {
	attributes.PutBool(flagKey, true)
	attributes.PutStr(kindKey, kind.String())
}

// takeOff removes what a sender wrote under the keys of mark: it would pass as ours.
func (b *pass) takeOff(attributes pcommon.Map) {
	if !b.inline {
		return
	}
	for key := range attributes.All() {
		if key == flagKey || key == kindKey {
			attributes.RemoveIf(func(key string, _ pcommon.Value) bool {
				ours := key == flagKey || key == kindKey
				if ours {
					b.counts[foreign]++
				}
				return ours
			})
			return
		}
	}
}
