// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func FuzzPartitionName(f *testing.F) {
	for _, name := range []string{"", "shop", "a\x00b", "\xff", strings.Repeat("x", 3000), strings.Repeat("ü", 700), strings.Repeat("\xff", 999)} {
		f.Add([]byte(name))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		bounded := string(PartitionName(bytes.Clone(name)))
		require.LessOrEqual(t, len(bounded), MaxPartition)
		require.True(t, utf8.ValidString(bounded))
		require.NotContains(t, bounded, "\x00")
		require.Equal(t, bounded, string(PartitionName([]byte(bounded))), "a name stays as it is")
		if len(name) <= MaxPartition && utf8.Valid(name) && bytes.IndexByte(name, 0) < 0 {
			require.Equal(t, string(name), bounded)
		}
	})
}

func TestLongNamesDiffer(t *testing.T) {
	long := strings.Repeat("x", 3000)
	require.NotEqual(t, PartitionName([]byte(long+"a")), PartitionName([]byte(long+"b")))
}
