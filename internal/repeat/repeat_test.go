// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package repeat

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

func key(n uint64) Key { return Key{Quick: n / 2, Full: n} }

func TestTheLatestAreKnown(t *testing.T) {
	const size, room = 1000, 10
	m := New[uint64](room * (size + overhead))
	for n := range uint64(100) {
		require.False(t, m.Maybe(key(n).Quick) && n%2 == 0, "never seen")
		m.Remember(key(n), n, size)
		m.Remember(key(n), n+1, size) // again: the first answer holds
		for old := range n + 1 {
			answer, known := m.Recall(key(old))
			require.Equal(t, n-old < room, known, "batch %d after %d", old, n)
			if known {
				require.Equal(t, old, answer)
				require.True(t, m.Maybe(key(old).Quick))
			}
		}
		_, known := m.Recall(Key{Quick: key(n).Quick, Full: ^n})
		require.False(t, known, "the same times and values of others")
	}
	m.Remember(key(1000), 7, 1<<30)
	answer, known := m.Recall(key(1000))
	require.True(t, known, "one that is larger than the memory alone")
	require.EqualValues(t, 7, answer)
	require.Len(t, m.known, 1)
	require.Len(t, m.quick, 1)
}

func TestNumberOfBatchesIsBounded(t *testing.T) {
	m := New[struct{}](1 << 40)
	for n := range uint64(3 * maxBatches) {
		m.Remember(key(n), struct{}{}, 0)
	}
	require.Len(t, m.known, maxBatches)
	require.LessOrEqual(t, len(m.quick), maxBatches)
}

// Any one time or value that differs, or another order, makes another number.
func TestMetricsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	note := func(what string, change func(points pmetric.NumberDataPointSlice)) {
		md := pmetric.NewMetrics()
		points := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty().Metrics().AppendEmpty().SetEmptyGauge().DataPoints()
		for i := range 3 {
			dp := points.AppendEmpty()
			dp.SetTimestamp(100)
			dp.SetDoubleValue(float64(i))
		}
		change(points)
		h := Metrics(md)
		require.Equal(t, h, Metrics(md))
		require.NotContains(t, seen, h, what)
		seen[h] = what
	}
	note("as it is", func(pmetric.NumberDataPointSlice) {})
	note("time", func(p pmetric.NumberDataPointSlice) { p.At(1).SetTimestamp(101) })
	note("value", func(p pmetric.NumberDataPointSlice) { p.At(1).SetDoubleValue(7) })
	note("type", func(p pmetric.NumberDataPointSlice) { p.At(1).SetIntValue(1) })
	note("order", func(p pmetric.NumberDataPointSlice) { p.At(1).SetDoubleValue(2); p.At(2).SetDoubleValue(1) })
	note("more", func(p pmetric.NumberDataPointSlice) { p.AppendEmpty() })
}
