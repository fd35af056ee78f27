// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/codec"
	"github.com/otelcol-aiops/otelcol-aiops/internal/measure"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

const second = int64(1e9)

func always() bool { return true }

// point is a member's value at a second.
type point struct {
	member series.ID
	at     int64
	value  float64
	kind   measure.Kind
}

// made are the values that come of points, by the second at which their slot begins.
func made(g *Group, points []point) map[int64]float64 {
	out := map[int64]float64{}
	for _, p := range points {
		g.Add(p.member, &measure.Sample{Kind: p.kind, At: p.at * second, Value: p.value}, always, func(v Value) { out[v.At/second] = v.Value })
	}
	return out
}

func TestSlots(t *testing.T) {
	for name, c := range map[string]struct {
		function Function
		points   []point
		want     map[int64]float64
	}{
		"the sum of two, complete with the last": {Sum, []point{
			{1, 605, 1, 0}, {2, 610, 2, 0}, {1, 665, 3, 0}, {2, 670, 4, 0}, {1, 725, 5, 0}, {2, 730, 6, 0},
		}, map[int64]float64{600: 3, 660: 7, 720: 11}},
		"the mean": {Mean, []point{
			{1, 605, 1, 0}, {2, 610, 2, 0}, {1, 665, 3, 0}, {2, 670, 4, 0}, {1, 725, 5, 0},
		}, map[int64]float64{600: 1.5, 660: 3.5}},
		"the highest of all points": {Max, []point{
			{1, 605, 1, 0}, {1, 620, 9, 0}, {2, 610, 2, 0}, {1, 665, 3, 0}, {2, 670, 4, 0}, {1, 680, 3, 0}, {1, 725, 1, 0}, {2, 730, 1, 0},
		}, map[int64]float64{600: 9, 660: 4}},
		"the mean of a member's points": {Sum, []point{
			{1, 600, 1, 0}, {1, 630, 3, 0}, {1, 660, 5, 0}, {1, 690, 7, 0}, {1, 720, 5, 0},
		}, map[int64]float64{600: 2, 660: 6}},
		"a point that is lost: the last value stands in": {Sum, []point{
			{1, 605, 1, 0}, {2, 606, 10, 0}, {1, 665, 1, 0}, {2, 666, 10, 0}, {1, 725, 1, 0}, {1, 785, 1, 0}, {2, 786, 10, 0},
		}, map[int64]float64{600: 11, 660: 11, 720: 11, 780: 11}},
		"a member that goes is gone after two of its points": {Sum, []point{
			{1, 605, 1, 0}, {2, 606, 10, 0}, {1, 665, 1, 0}, {2, 666, 10, 0}, {1, 725, 1, 0}, {1, 785, 1, 0}, {1, 845, 1, 0}, {1, 905, 1, 0}, {1, 965, 1, 0},
		}, map[int64]float64{600: 11, 660: 11, 720: 11, 780: 1, 840: 1, 900: 1}},
		"a slow member is no silent one": {Sum, []point{
			{1, 600, 1, 0}, {2, 601, 10, 0}, {1, 660, 1, 0}, {1, 720, 1, 0}, {2, 721, 20, 0}, {1, 780, 1, 0}, {1, 840, 1, 0}, {2, 841, 20, 0}, {1, 900, 1, 0},
		}, map[int64]float64{600: 11, 660: 11, 720: 21, 780: 21, 840: 21, 900: 21}},
		"counters are rates, and a restart stands in": {Sum, []point{
			{1, 600, 0, 2}, {2, 600, 0, 2}, {1, 660, 60, 2}, {2, 660, 120, 2}, {1, 720, 120, 2}, {2, 720, 5, 2}, {1, 780, 180, 2}, {2, 780, 125, 2},
		}, map[int64]float64{660: 3, 720: 3, 780: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			got := made(&Group{Function: c.function, Slot: 60 * second}, c.points)
			for at, want := range c.want {
				require.Contains(t, got, at)
				require.InDelta(t, want, got[at], 1e-9, "slot %d of %v", at, got)
			}
		})
	}
}

// When most members are silent at once, the way here is broken: there is no value rather
// than a low one.
func TestMostAreSilent(t *testing.T) {
	g := &Group{Function: Sum, Slot: 60 * second}
	var points []point
	for at := int64(600); at < 900; at += 60 {
		for m := range series.ID(10) {
			if at < 780 || m < 3 {
				points = append(points, point{m + 1, at + int64(m), 1, 0})
			}
		}
	}
	got := made(g, points)
	require.InDelta(t, 10, got[720], 0)
	require.NotContains(t, got, int64(780))
}

func TestAMemberThatEndsIsGoneAtOnce(t *testing.T) {
	g := &Group{Function: Sum, Slot: 60 * second}
	made(g, []point{{1, 605, 1, 0}, {2, 606, 10, 0}, {1, 665, 1, 0}, {2, 666, 10, 0}})
	g.End(2)
	require.Equal(t, map[int64]float64{720: 1}, made(g, []point{{1, 725, 1, 0}}))
}

func TestNoRoomForAMember(t *testing.T) {
	g := &Group{Function: Sum, Slot: 60 * second}
	_, known := g.Add(1, &measure.Sample{At: second, Value: 1}, func() bool { return false }, nil)
	require.False(t, known)
	require.Zero(t, g.Len())
}

// Pods come and go, points are lost, late and shuffled, the collector restarts: slots
// come in order, and each is between what the members said least and most.
func TestPodsComeAndGo(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	g := &Group{Function: Sum, Slot: 60 * second}
	last, n := int64(0), 0
	for at := int64(6000); at < 60_000; at += 15 {
		first := series.ID(at / 6000)
		for m := first; m < first+5; m++ {
			if r.IntN(10) == 0 {
				continue
			}
			p := measure.Sample{At: (at - r.Int64N(10)) * second, Value: 1}
			g.Add(m, &p, always, func(v Value) {
				require.Greater(t, v.At, last)
				last = v.At
				require.LessOrEqual(t, v.Value, 7.)
				if at > 6200 {
					require.GreaterOrEqual(t, v.Value, 4.)
				}
				n++
			})
		}
		if r.IntN(20) == 0 {
			b := g.Append(nil)
			g = &Group{Function: Sum}
			rd := codec.NewReader(b)
			g.Restore(rd)
			require.NoError(t, rd.Err())
			require.Empty(t, rd.Rest())
			require.Equal(t, b, g.Append(nil))
		}
	}
	require.InDelta(t, 900, n, 5)
	require.LessOrEqual(t, g.Len(), 7)
}

func FuzzRestore(f *testing.F) {
	g := &Group{Function: Sum, Slot: 60 * second}
	made(g, []point{{1, 605, 1, 0}, {2, 606, 10, 2}, {1, 665, 1, 0}})
	f.Add(g.Append(nil))
	f.Fuzz(func(_ *testing.T, b []byte) {
		g := &Group{Function: Mean}
		g.Restore(codec.NewReader(b))
		if g.Slot > 0 && g.Slot < 1e15 && g.open > -1e6 && g.open < 1e6 {
			made(g, []point{{1, g.open*g.Slot/second + 1, 1, 0}})
		}
	})
}
