// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "renew the golden files")

func TestTable(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "logs.jsonl"))
	require.NoError(t, err)
	defer file.Close()

	s := newSummary()
	require.NoError(t, s.read(file))
	var got bytes.Buffer
	require.NoError(t, s.print(&got, 20, 120))

	golden := filepath.Join("testdata", "table.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}

func TestTableIsCutToSize(t *testing.T) {
	file, err := os.Open(filepath.Join("testdata", "logs.jsonl"))
	require.NoError(t, err)
	defer file.Close()

	s := newSummary()
	require.NoError(t, s.read(file))
	var got bytes.Buffer
	require.NoError(t, s.print(&got, 1, 60))

	lines := strings.Split(strings.TrimSpace(got.String()), "\n")
	require.Len(t, lines, 3, "totals, head and one row")
	for _, line := range lines {
		require.LessOrEqual(t, len([]rune(line)), 60)
	}
}

func TestReadNamesTheBadLine(t *testing.T) {
	err := newSummary().read(strings.NewReader("{}\nnot JSON\n"))
	require.ErrorContains(t, err, "line 2 is not OTLP JSON")
}
