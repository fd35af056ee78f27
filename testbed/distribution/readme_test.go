// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package distribution

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Somebody else's distribution: the README's three lines in a builder config
// that has nothing else of ours. The module is not published yet under the
// version that is being worked on, so it comes from this checkout.
func TestReadmeBuilderLines(t *testing.T) {
	lines := readmeBuilderLines(t)
	require.Len(t, strings.Split(lines, "\n"), 3, lines)

	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	dir := t.TempDir()
	config := writeFile(t, dir, "builder-config.yaml", fmt.Sprintf(`
dist: {name: somebody, module: example.com/somebody, output_path: %q}
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v0.155.0
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/debugexporter v0.155.0
%s
replaces:
  - github.com/otelcol-aiops/otelcol-aiops => %s
`, dir, lines, checkout))

	ocb := exec.Command("go", "tool", "-modfile=tools/go.mod", "builder", "--config", config)
	ocb.Dir = root
	out, err := ocb.CombinedOutput()
	require.NoError(t, err, "%s", out)

	address := freeAddress(t)
	p := startCollector(t, nil, filepath.Join(dir, "somebody"), "--config", writeFile(t, dir, "config.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
processors: {log_cluster: {}}
exporters: {debug: {verbosity: detailed}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: {receivers: [otlp], processors: [log_cluster], exporters: [debug]}}
`, address)))
	sendLogs(t, address, "shop", "Table not found: users")
	p.waitFor(t, "log.cluster.id: Str(")
	require.Regexp(t, `log\.cluster\.id: Str\([0-9a-f]{16}\)`, p.output.String())
	p.stop(t)
}

// readmeBuilderLines returns the YAML block of the README that adds our
// processor to a builder config.
func readmeBuilderLines(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)\n```").FindAllSubmatch(readme, -1) {
		if text := string(block[1]); strings.Contains(text, "gomod: github.com/otelcol-aiops/otelcol-aiops") {
			return text
		}
	}
	require.FailNow(t, "README.md has no YAML block with our gomod line")
	return ""
}
