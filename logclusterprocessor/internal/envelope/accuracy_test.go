// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// loghub has for each set of Loghub how many of its 2,000 raw lines must give
// exactly what the set calls their content. Of Apache the set counts a bracket with
// the client as content; BGL and HPC have columns, of which those up to a level are
// known, unless they begin with a word.
var loghub = map[string]int{
	"Android": 2000, "Apache": 1968, "BGL": 1857, "HDFS": 2000, "HPC": 0, "Hadoop": 2000, "Linux": 1992, "OpenSSH": 2000, "Windows": 2000, "Zookeeper": 2000,
}

// dataDir finds the shared data: OTELCOL_AIOPS_DATA, or shared/data beside the
// repository's root.
func dataDir(t *testing.T) string {
	if dir := os.Getenv("OTELCOL_AIOPS_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		c := filepath.Join(dir, "..", "shared", "data")
		if fi, err := os.Stat(c); err == nil && fi.IsDir() {
			return c
		}
	}
	t.Skip("the shared data was not found: set OTELCOL_AIOPS_DATA")
	return ""
}

// TestLoghub takes the headers off real lines, and nothing off their content.
func TestLoghub(t *testing.T) {
	dir := filepath.Join(dataDir(t), "loghub")
	s := New(Options{})
	var e Envelope
	for set, want := range loghub {
		raw, err := os.ReadFile(filepath.Join(dir, set, set+"_2k.log"))
		require.NoError(t, err)
		f, err := os.Open(filepath.Join(dir, set, set+"_2k.log_structured.csv"))
		require.NoError(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		require.NoError(t, f.Close())
		column := slices.Index(rows[0], "Content")
		right := 0
		for i, line := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
			content := strings.TrimSpace(rows[i+1][column])
			s.Split(content, &e)
			require.Equal(t, content, e.Message)
			s.Split(line, &e)
			if e.Message == content {
				right++
			}
		}
		t.Logf("%-10s %4d", set, right)
		require.GreaterOrEqual(t, right, want, set)
	}
}
