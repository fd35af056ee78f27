// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
)

func TestRun(t *testing.T) {
	// A file that an earlier version wrote: see the test of the extension.
	data, err := os.ReadFile("../../knowledgebaseextension/testdata/before_statements.db")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "kb.db")
	require.NoError(t, os.WriteFile(file, data, 0o600))
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-from", "sqlite:" + file, "-to", "sqlite:" + filepath.Join(t.TempDir(), "copy.db")}, &out))
	require.Contains(t, out.String(), " clusters\n")

	for _, wrong := range [][]string{
		{},
		{"-from", "sqlite:" + file},
		{"-from", "sqlite:", "-to", "sqlite:x"},
		{"-from", "mysql://x", "-to", "sqlite:x"},
		{"-from", "sqlite:" + filepath.Join(t.TempDir(), "none"), "-to", "sqlite:" + file},
		{"-from", "sqlite:" + file, "-to", "sqlite:" + file},
		{"-x"},
	} {
		require.Error(t, run(t.Context(), wrong, &out), wrong)
	}
	require.NoError(t, run(t.Context(), []string{"-from", "sqlite:" + file, "-to", pgtest.Start(t).Database(t)}, &out))
}
