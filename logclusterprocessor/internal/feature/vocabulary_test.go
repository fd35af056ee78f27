// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

func terms(text string) feature.Terms { return feature.Extractor{}.Terms(strings.Fields(text)) }

// A Space never changes; what was learnt shows in the next.
func TestSpaceIsImmutable(t *testing.T) {
	v := feature.NewVocabulary(feature.Options{})
	probe := terms("gizmo widget not found")
	first := v.Freeze()
	require.Equal(t, uint64(1), first.Version())
	before := first.Vector(probe)
	for range 50 {
		v.Add(terms("gizmo started"))
	}
	require.Equal(t, before, first.Vector(probe))
	second := v.Freeze()
	require.Equal(t, uint64(2), second.Version())
	require.NotEqual(t, before, second.Vector(probe))
	require.Same(t, second, v.Freeze(), "nothing changed, so no new version")
	require.Less(t, second.IDF(&probe[0]), first.IDF(&probe[0]), "what has become frequent weighs less")

	for range 50 {
		v.Remove(terms("gizmo started"))
	}
	require.Equal(t, before, v.Freeze().Vector(probe), "removal undoes addition")
	require.Zero(t, v.Len())
	v.Remove(terms("gizmo")) // one too many is harmless
	require.Zero(t, v.Len())
}

func TestVocabularyIsBounded(t *testing.T) {
	const limit = 200
	v := feature.NewVocabulary(feature.Options{MaxTerms: limit})
	distinct := map[uint64]bool{}
	for i := range 2000 {
		// A digit within keeps the stemmer off.
		added := terms(fmt.Sprintf("keeper u%dx", i))
		v.Add(added)
		for _, term := range added {
			distinct[term.Dim] = true
		}
		require.LessOrEqual(t, v.Len(), limit)
	}
	require.Len(t, distinct, 2001)
	require.Equal(t, uint64(2001-v.Len()), v.Evicted(), "every eviction is counted")
	keeper := terms("keeper")
	require.Less(t, v.Freeze().IDF(&keeper[0]), 0.2, "the frequent term stays")
}

// A flood of terms that never come again costs the frequent ones nothing, and
// room that removals leave is used before anything is evicted.
func TestEvictionKeepsWhatIsFrequent(t *testing.T) {
	v := feature.NewVocabulary(feature.Options{MaxTerms: 100})
	frequent := func(i int) feature.Terms { return terms(fmt.Sprintf("f%dq", i)) }
	for range 40 {
		for i := range 50 {
			v.Add(frequent(i))
		}
	}
	for i := range 200 {
		v.Add(terms(fmt.Sprintf("u%dx", i)))
	}
	require.Equal(t, 100, v.Len())
	require.Equal(t, uint64(150), v.Evicted())
	space := v.Freeze()
	unseen := terms("unseen")
	for i := range 50 {
		require.Less(t, space.IDF(&frequent(i)[0]), space.IDF(&unseen[0])-0.5, "frequent term %d", i)
	}
	for range 40 {
		v.Remove(frequent(7))
	}
	v.Add(terms("late"))
	require.Equal(t, uint64(150), v.Evicted())
}

// A vocabulary full of terms that all deserve to stay still takes new ones.
func TestEvictionAmongEquals(t *testing.T) {
	v := feature.NewVocabulary(feature.Options{MaxTerms: 100})
	for range 1000 {
		for i := range 100 {
			v.Add(terms(fmt.Sprintf("f%dq", i)))
		}
	}
	v.Add(terms("late"))
	require.Equal(t, 100, v.Len())
	require.Equal(t, uint64(1), v.Evicted())
}

// A template of new terms at the cap.
func BenchmarkAddAtTheCap(b *testing.B) {
	for _, limit := range []int{1000, 20_000} {
		b.Run(fmt.Sprint(limit), func(b *testing.B) {
			added := make([]feature.Terms, 4*limit)
			for i := range added {
				added[i] = feature.Terms{{Dim: uint64(3 * i)}, {Dim: uint64(3*i + 1)}, {Dim: uint64(i % 100)}}
			}
			v := feature.NewVocabulary(feature.Options{MaxTerms: limit})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				v.Add(added[i%len(added)])
			}
		})
	}
}

func TestWeightings(t *testing.T) {
	probe := terms("gizmo widget")
	v := feature.NewVocabulary(feature.Options{Weighting: feature.Binary})
	for _, e := range v.Freeze().Vector(probe) {
		require.InDelta(t, 1, e.Weight, 0)
	}
	// Standardised, a term in half of the templates varies most and counts least.
	v = feature.NewVocabulary(feature.Options{Weighting: feature.Binary, Standardize: true})
	for i := range 2000 {
		if i%2 == 0 {
			v.Add(terms("gizmo"))
		} else {
			v.Add(terms("other"))
		}
	}
	got := v.Freeze().Vector(probe)
	require.Len(t, got, 2)
	require.InDelta(t, 1, got.Norm(), 1e-6)
	for _, e := range got {
		if e.Dim == probe[0].Dim {
			require.Less(t, e.Weight, float32(0.1))
		}
	}

	long := terms(strings.Repeat("alpha beta gamma delta ", 3) + "epsilon zeta not found")
	require.Len(t, feature.NewVocabulary(feature.Options{MaxVector: 3}).Freeze().Vector(long), 3)
}
