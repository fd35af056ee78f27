// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// TestMemoOnLoghub compares the shapes of real lines, in order of arrival and then
// with every digit drawn again, with and without a memo. It logs how many of those
// that arrive need no masking: the sets are samples, so that more do in whole logs.
func TestMemoOnLoghub(t *testing.T) {
	masker, err := mask.New(mask.Options{})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	var sum float64
	for _, set := range loghub {
		lines, _ := readLoghub(t, set)
		memo := mask.NewMemo(masker)
		var got, want mask.Line
		recalled := 0
		for _, text := range lines {
			if memo.Mask(text, &got) {
				recalled++
			}
			masker.Mask(text, &want)
			require.Equal(t, want.Shape, got.Shape, text)
		}
		for range len(lines) {
			text := redraw(r, lines[r.IntN(len(lines))])
			memo.Mask(text, &got)
			masker.Mask(text, &want)
			require.Equal(t, want.Shape, got.Shape, text)
		}
		share := float64(recalled) / float64(len(lines))
		sum += share
		t.Logf("%-10s %.3f of the lines were remembered", set, share)
	}
	t.Logf("mean       %.3f", sum/float64(len(loghub)))
}

func redraw(r *rand.Rand, line string) string {
	b := []byte(line)
	for i, c := range b {
		if '0' <= c && c <= '9' {
			b[i] = '0' + byte(r.IntN(10))
		}
	}
	return string(b)
}
