// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package streamtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"
)

// Checkpoints restores every checkpoint that is kept in testdata/checkpoints,
// one for each version of a state that was ever released, and compares what
// comes out next with the golden file beside it. With update, the checkpoint of
// the present version is made anew from state. run must return what comes out
// after a restore.
func Checkpoints(t *testing.T, update bool, version int, state checkpoint.State, run func(t *testing.T, restore func(checkpoint.State) error) map[string][]string) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the golden files are of amd64; other machines round the last digit differently")
	}
	dir := filepath.Join("testdata", "checkpoints")
	current := filepath.Join(dir, fmt.Sprintf("v%d.bin", version))
	if update {
		require.NoError(t, os.MkdirAll(dir, 0o750))
		require.NoError(t, os.WriteFile(current, join(state.Snapshot()), 0o600))
	}
	files, err := filepath.Glob(filepath.Join(dir, "v*.bin"))
	require.NoError(t, err)
	require.Contains(t, files, current)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var of uint16
			_, err = fmt.Sscanf(filepath.Base(file), "v%d.bin", &of)
			require.NoError(t, err)
			got := written(run(t, func(s checkpoint.State) error { return s.Restore(of, split(data)) }))
			golden := strings.TrimSuffix(file, ".bin") + ".txt"
			if update && file == current {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

func join(chunks iter.Seq[[]byte]) []byte {
	var b []byte
	for c := range chunks {
		b = binary.AppendUvarint(b, uint64(len(c)))
		b = append(b, c...)
	}
	return b
}

func split(b []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for len(b) > 0 {
			n, size := binary.Uvarint(b)
			if !yield(b[size:size+int(n)], nil) {
				return
			}
			b = b[size+int(n):]
		}
	}
}

func written(output map[string][]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(output)) {
		fmt.Fprintf(&b, "%s\n", key)
		for _, line := range output[key] {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	return b.String()
}
