// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
)

// folder is a learner whose state tells the order of everything it stepped
// through.
type folder struct {
	at  int64
	sum uint64
}

func (f *folder) Step(p *measure.Sample) measure.Outcome {
	if p.Value < 0 {
		return measure.Invalid
	}
	f.at, f.sum = p.At, f.sum*31+uint64(p.At)
	return measure.OK
}
func (f *folder) Newest() int64 { return f.at }
func (f *folder) AppendLearnt(b []byte) []byte {
	return codec.AppendUint64(codec.AppendInt64(b, f.at), f.sum)
}

func (f *folder) RestoreLearnt(b []byte) {
	*f = folder{}
	if b != nil {
		r := codec.NewReader(b)
		f.at, f.sum = r.Int64(), r.Uint64()
	}
}

// inOrder is the state after all samples up to a time, and up to the newest.
func inOrder(times []int64, upTo int64) (state uint64) {
	slices.Sort(times)
	var f folder
	for _, at := range slices.Compact(times) {
		if at <= upTo {
			f.Step(&measure.Sample{At: at})
		}
	}
	return f.sum
}

// Whatever the order within the lateness, with points twice and restarts in
// between, the state is that of the points in order, and so was the result.
func TestAnyOrderWithinTheLateness(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		lateness := 1 + r.Int64N(100)
		var f folder
		b := new(Buffer)
		var learnt []int64
		newest := int64(0)
		for range 2000 {
			at := max(1, newest-r.Int64N(2*lateness)+r.Int64N(lateness))
			p := &measure.Sample{At: at, Value: float64(r.IntN(20) - 1)}
			var result uint64
			outcome := b.Place(&f, p, lateness, func() { result = f.sum })
			switch {
			case slices.Contains(learnt, at):
				require.NotEqual(t, measure.OK, outcome)
			case at < newest-lateness:
				require.Equal(t, measure.Late, outcome)
			case p.Value < 0:
				require.Equal(t, measure.Invalid, outcome)
			default:
				require.Equal(t, measure.OK, outcome, "at %d, newest %d, lateness %d", at, newest, lateness)
				learnt = append(learnt, at)
				newest = max(newest, at)
				require.Equal(t, inOrder(learnt, at), result)
			}
			require.Equal(t, inOrder(learnt, newest), f.sum)
			if r.IntN(20) == 0 {
				next := new(Buffer)
				rd := codec.NewReader(b.Append(nil))
				next.Restore(rd)
				require.NoError(t, rd.Err())
				b = next
			}
		}
		require.LessOrEqual(t, len(b.samples), maxSamples)
	}
}

// A burst within the lateness is bounded, at the price of what can be put in
// order.
func TestTheBufferIsBounded(t *testing.T) {
	var f folder
	var b Buffer
	for at := range int64(10_000) {
		b.Place(&f, &measure.Sample{At: at + 1}, 1e9, func() {})
		require.LessOrEqual(t, len(b.samples), maxSamples)
	}
	require.Equal(t, measure.Duplicate, b.Place(&f, &measure.Sample{At: 10_000}, 1e9, func() {}))
	require.Equal(t, measure.Late, b.Place(&f, &measure.Sample{At: 1}, 1e9, func() {}))
}
