// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package tfidf

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	require.Equal(t, []string{"open", "to", "unable"}, words("Unable to open '<path>' to"))
	require.Equal(t, []string{"无法"}, words("无法"))
	require.Equal(t, []string{"uuid", "打开", "无法", "法打"}, words("无法打开 UUID"))
	require.Equal(t, []string{"池"}, words("池 <int>"))
}

func TestCluster(t *testing.T) {
	texts := []string{"cannot open file <path>", "cannot open file '<path>'", "file open cannot", "user <user> logged in", "<int>", ""}
	c := Cluster(texts, Threshold)
	require.Equal(t, c[0], c[1])
	require.Equal(t, c[0], c[2], "order does not matter")
	require.NotEqual(t, c[0], c[3])
	require.Equal(t, c[4], c[5], "no words are alike")
	require.Empty(t, Cluster(nil, Threshold))
}

// TestAverageByDefinition compares with merging the nearest two clusters again
// and again, their distance worked out from all pairs.
func TestAverageByDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		n := 2 + r.IntN(30)
		d, full := make([][]float32, n), make([][]float32, n)
		for i := range n {
			d[i], full[i] = make([]float32, n), make([]float32, n)
			for j := range i {
				d[i][j] = r.Float32()
				d[j][i], full[i][j], full[j][i] = d[i][j], d[i][j], d[i][j]
			}
		}
		root, want := average(d, 0.4), naive(full, 0.4)
		for i := range n {
			for j := range i {
				require.Equal(t, want[i] == want[j], root(i) == root(j))
			}
		}
	}
}

func naive(d [][]float32, threshold float32) []int {
	label := make([]int, len(d))
	for i := range label {
		label[i] = i
	}
	for {
		best, a, b := threshold, -1, -1
		for x := range d {
			for y := range x {
				if m, ok := mean(d, label, x, y); ok && m <= best {
					best, a, b = m, x, y
				}
			}
		}
		if a < 0 {
			return label
		}
		for i := range label {
			if label[i] == a {
				label[i] = b
			}
		}
	}
}

func mean(d [][]float32, label []int, x, y int) (float32, bool) {
	var sum, n float32
	for i := range d {
		for j := range d {
			if label[i] == x && label[j] == y {
				sum += d[i][j]
				n++
			}
		}
	}
	return sum / max(n, 1), n > 0
}
