// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// TestBehaviour sends each testdata/behaviour/*/input.txt and compares what
// leaves with output.txt. IDs are compared too: one that changes is a break.
func TestBehaviour(t *testing.T) {
	inputs, err := filepath.Glob("testdata/behaviour/*/input.txt")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		dir := filepath.Dir(input)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			lines := readLines(t, input)
			attrs := consume(t, startLogs(t, defaults(patient)), lines, always(len(lines)))
			var got strings.Builder
			for i, l := range lines {
				fmt.Fprintf(&got, "%s\n%s", strconv.Quote(l.body), show(attrs[i]))
			}
			golden := filepath.Join(dir, "output.txt")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String())
		})
	}
}

// readLines reads "TIME SERVICE BODY" lines; a service of - means none, and the
// escapes of Go strings stand in bodies.
func readLines(t *testing.T, path string) []line {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var lines []line
	for _, text := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(text, "#") {
			continue
		}
		fields := append(strings.SplitN(text, " ", 3), "")
		at, err := time.ParseDuration(fields[0])
		require.NoError(t, err, text)
		body, err := strconv.Unquote(`"` + strings.ReplaceAll(fields[2], `"`, `\"`) + `"`)
		require.NoError(t, err, text)
		lines = append(lines, line{at: at, service: strings.TrimPrefix(fields[1], "-"), body: body})
	}
	return lines
}

func show(attrs map[string]any) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  template  %s %q", attrs["log.template.id"], attrs["log.record.template"])
	if attrs["log.cluster.new"] == true {
		b.WriteString(" new")
	}
	fmt.Fprintf(&b, "\n  cluster   %s %v\n", attrs["log.cluster.id"], attrs["log.cluster.keywords"])
	return b.String()
}
