// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/docs"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Every YAML block of a page in docs/ is a whole config, or an overlay of the
// last whole one on the page. Its first line says which.
func TestConfigsInDocsAreValid(t *testing.T) {
	collector := program.Collector(t)
	checked := 0
	for _, page := range docs.Pages(t) {
		base := ""
		for i, text := range docs.CodeBlocks(t, page, "yaml") {
			if strings.HasPrefix(text, "# builder-config.yaml") || strings.HasPrefix(text, "solutions:") {
				continue // of ocb, of the API: no config; the tests of their pages use them
			}
			checked++
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) {
				file := program.WriteFile(t, t.TempDir(), "config.yaml", text)
				args := []string{"validate", "--config", file}
				switch {
				case strings.HasPrefix(text, "# Complete config"):
					base = text
				case strings.HasPrefix(text, "# Overlay"):
					args = []string{"validate", "--config", program.WriteFile(t, t.TempDir(), "base.yaml", base), "--config", file}
				default:
					require.FailNow(t, "starts neither with '# Complete config' nor with '# Overlay'", "%s", text)
				}
				out, err := exec.Command(collector, args...).CombinedOutput()
				require.NoError(t, err, "%s\n%s", text, out)
				require.NotContains(t, string(out), "deprecated")
			})
		}
	}
	require.NotZero(t, checked, "no YAML block found")
}

// Loki's own parser reads every query of a page in docs/.
func TestQueriesInDocsAreValid(t *testing.T) {
	checked := 0
	for _, page := range docs.Pages(t) {
		for _, query := range docs.CodeBlocks(t, page, "logql") {
			checked++
			_, err := syntax.ParseExpr(query)
			require.NoError(t, err, query)
		}
	}
	require.NotZero(t, checked, "no query found")
}
