// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
)

// evicted finds what the partitions report as evicted: a kind and a reason.
var evicted = regexp.MustCompile(`(?:Evicted|report)\("([a-z_]+)", "([a-z_]+)"`)

func TestMetadataListsWhatMetricsSay(t *testing.T) {
	kinds, reasons := map[string]bool{}, map[string]bool{}
	files, err := filepath.Glob("internal/partition/*.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range evicted.FindAllSubmatch(text, -1) {
			kinds[string(m[1])], reasons[string(m[2])] = true, true
		}
	}
	for _, name := range passReasonNames[notPassed+1:] {
		reasons[name] = true
	}
	configtest.Enum(t, "kind", slices.Collect(maps.Keys(kinds))...)
	configtest.Enum(t, "reason", slices.Collect(maps.Keys(reasons))...)
	configtest.Enum(t, "outcome", "learned", "matched", "passed", "repeated", "unlearned")
}
