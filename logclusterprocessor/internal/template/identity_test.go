// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// TestPublicIDFollowsFromTheLines streams the same lines in several orders, each at
// times of its own, and once in three replicas whose records are merged.
func TestPublicIDFollowsFromTheLines(t *testing.T) {
	lines := madeLines(4000, 6)
	public := func(m *Miner[int]) map[string]uint64 {
		ids := map[string]uint64{}
		var line mask.Line
		for _, l := range lines {
			masker.Mask(l, &line)
			ids[l] = m.Match(line.Shape, line.Check).Template().PublicID()
		}
		return ids
	}
	m := New[int](Limits{})
	answers(m, lines, 0)
	want := public(m)
	for seed := range uint64(5) {
		order := rand.New(rand.NewPCG(seed, 1)).Perm(len(lines))
		m := New[int](Limits{})
		var line mask.Line
		for k, i := range order {
			feed(m, &line, lines[i], int64(k))
		}
		require.Equal(t, want, public(m))
	}
	var parts [][]Record
	for k := range 3 {
		m := New[int](Limits{})
		for i := k; i < len(lines); i += 3 {
			answers(m, lines[i:i+1], 1000*k+i)
		}
		parts = append(parts, m.Records())
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0, 1}} {
		m := New[int](Limits{})
		for _, k := range order {
			m.Restore(parts[k])
		}
		require.Equal(t, want, public(m))
	}
}

func TestPublicIDs(t *testing.T) {
	var line mask.Line
	m, salted := New[int](Limits{}), NewSalted[int](Limits{}, 7)
	e, _ := feed(m, &line, "cache of group anna cleaned", 1)
	first := e.Template().PublicID()
	require.Equal(t, e.Shape(), first, "a shape stands for itself")
	feed(m, &line, "cache of group bert cleaned", 2)
	then := e.Template().PublicID()
	require.NotEqual(t, first, then)
	require.Equal(t, first, e.Template().ID(), "what a store calls it by stays")
	feed(m, &line, "cache of group carl cleaned", 3)
	require.Equal(t, then, e.Template().PublicID())

	for i, n := range []string{"anna", "bert"} {
		e, _ = feed(salted, &line, "cache of group "+n+" cleaned", int64(i))
	}
	require.NotEqual(t, then, e.Template().PublicID())
	restored := NewSalted[int](Limits{}, 7)
	restored.Restore(salted.Records())
	require.Equal(t, salted.Records(), restored.Records())
	again, out := feed(restored, &line, "cache of group dora cleaned", 9)
	require.Equal(t, e.Template().PublicID(), again.Template().PublicID())
	require.False(t, out.Created)
}

// TestLinesMadeToCollide gives lines one shape, as somebody may who knows the hash.
func TestLinesMadeToCollide(t *testing.T) {
	m := New[int](Limits{})
	var shape uint64
	texts := []string{"alpha one starts", "beta two ends", "gamma three waits", "delta four goes"}
	made := func(text string) *mask.Line {
		line := &mask.Line{}
		masker.Mask(text, line)
		if shape == 0 {
			shape = line.Shape
		}
		line.Shape = shape
		return line
	}
	check := func(m *Miner[int]) {
		for _, text := range texts {
			line := made(text)
			e := m.Match(line.Shape, line.Check)
			require.NotNil(t, e, text)
			require.Equal(t, text, e.Template().Text())
		}
	}
	for i, text := range texts {
		line := made(text)
		require.Nil(t, m.Match(line.Shape, line.Check), text)
		out := m.Learn(line, int64(i))
		require.True(t, out.Created)
	}
	check(m)
	restored := New[int](Limits{})
	restored.Restore(m.Records())
	check(restored)
}

// TestShapesMadeToCrowd gives shapes that would lie side by side in a table whose
// places follow from the shape alone.
func TestShapesMadeToCrowd(t *testing.T) {
	var tab table[int]
	tab.init()
	const n = 1 << 13
	for i := range uint64(n) {
		tab.put(&Entry[int]{shape: i << 40})
	}
	slots := *tab.slots.Load()
	longest, run := 0, 0
	for i := range slots {
		if slots[i].Load() == nil {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	require.Less(t, longest, 200)
	for i := range uint64(n) {
		require.NotNil(t, tab.get(i<<40))
	}
}
