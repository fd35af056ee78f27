// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLoghub(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "loghub", "B", "B_2k.log_structured.csv"),
		"LineId,Content,EventId,EventTemplate\n1,\"a, \"\"b\"\" 7\",E1,\"a, \"\"b\"\" <*>\"\n2,c,E2,c\n")
	write(t, filepath.Join(dir, "loghub", "A", "A_2k.log_structured.csv"), "Content,EventTemplate\nx,y\n")

	sets, err := Loghub(dir)
	require.NoError(t, err)
	require.Equal(t, []Lines{
		{Name: "A", Content: []string{"x"}, Truth: []string{"y"}},
		{Name: "B", Content: []string{`a, "b" 7`, "c"}, Truth: []string{`a, "b" <*>`, "c"}},
	}, sets)
}

func TestLoghubSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	_, err := Loghub(dir)
	require.ErrorIs(t, err, ErrMissing)

	write(t, filepath.Join(dir, "loghub", "A", "A_2k.log_structured.csv"), "Content,Other\nx,y\n")
	_, err = Loghub(dir)
	require.ErrorContains(t, err, "lacks Content or EventTemplate")
}

func TestConcepts(t *testing.T) {
	dir := t.TempDir()
	_, err := Concepts(dir)
	require.ErrorIs(t, err, ErrMissing)

	file := filepath.Join(dir, "errors", "concepts_spark_tidb.tsv")
	write(t, file, "not_found\ttidb:1146\tTable <table> doesn't exist\n")
	messages, err := Concepts(dir)
	require.NoError(t, err)
	require.Equal(t, []Message{{"not_found", "tidb:1146", "Table <table> doesn't exist"}}, messages)
	require.Equal(t, "tidb", messages[0].System())

	write(t, file, "a\tb\tc\nonly two\tfields\n")
	_, err = Concepts(dir)
	require.ErrorContains(t, err, ":2: 2 fields, want 3")
}

func TestFill(t *testing.T) {
	r := Random(1)
	require.Regexp(t, `^a (db-\d\d\.(eu|us|ap)\.internal|\d+\.\d+\.\d+\.\d+) b <nonsense>$`,
		Fill(r, "a <host> b <nonsense>"))
	for name, fill := range fills {
		for range 200 {
			require.NotEmpty(t, fill(r), name)
		}
	}

	const text = "<path> <value> <expr> <text>"
	first := Fill(Random(7), text)
	require.Equal(t, first, Fill(Random(7), text), "the same seed makes the same line")
	require.NotEqual(t, first, Fill(Random(8), text))
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}
