// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package verbs

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVerbs(t *testing.T) {
	require.Len(t, Verbs, 40)
	sorted := slices.Clone(Verbs)
	slices.Sort(sorted)
	require.Len(t, slices.Compact(sorted), 40, "each once")
	for v, want := range map[string][2]string{
		"open": {"open", "opening"}, "writ/e": {"write", "writing"}, "stop+p": {"stop", "stopping"},
	} {
		verb, ing := forms(v)
		require.Equal(t, want, [2]string{verb, ing})
	}
}

func TestOwn(t *testing.T) {
	alone, distinct := own([]int{0, 0, 1, 2, 3, 3}, []string{"a", "a", "b", "b", "c", "d"})
	require.Equal(t, 1, alone, "of 0 only: 1 and 2 share one, 3 has two")
	require.Equal(t, 4, distinct)
}
