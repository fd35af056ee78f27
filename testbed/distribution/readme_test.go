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

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
)

// Somebody else's distribution: the README's three lines in a builder config,
// and those for the other components, as the README says. The module is not published yet under the
// version that is being worked on, so it comes from this checkout.
func TestReadmeBuilderLines(t *testing.T) {
	lines := readmeBuilderLines(t)
	require.Len(t, strings.Split(lines, "\n"), 3, lines)

	first := strings.SplitN(lines, "\n", 2)[1]
	other := func(directory string) string {
		return strings.ReplaceAll(first, "logclusterprocessor", directory)
	}
	lines += "\n" + other("anomalyprocessor") +
		"\nconnectors:\n" + other("forecastconnector") +
		"\nextensions:\n" + other("knowledgebaseextension")

	checkout, err := filepath.Abs(program.Root(t))
	require.NoError(t, err)
	dir := t.TempDir()
	config := program.WriteFile(t, dir, "builder-config.yaml", fmt.Sprintf(`
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
	ocb.Dir = program.Root(t)
	out, err := ocb.CombinedOutput()
	require.NoError(t, err, "%s", out)

	address := program.FreeAddress(t)
	p := program.StartCollector(t, nil, filepath.Join(dir, "somebody"), "--config", program.WriteFile(t, dir, "config.yaml", fmt.Sprintf(`
receivers: {otlp: {protocols: {http: {endpoint: %q}}}}
processors: {log_cluster: {knowledge_base: knowledge_base}, anomaly: {}}
connectors: {forecast: {}}
exporters: {debug: {verbosity: detailed}}
extensions: {knowledge_base: {file: %q, http: {endpoint: %q}}}
service:
  telemetry: {metrics: {level: none}}
  extensions: [knowledge_base]
  pipelines:
    logs: {receivers: [otlp], processors: [log_cluster], exporters: [debug]}
    metrics: {receivers: [otlp], processors: [anomaly], exporters: [forecast]}
    metrics/forecast: {receivers: [forecast], exporters: [debug]}
`, address, filepath.Join(dir, "knowledge.db"), program.FreeAddress(t))))
	sendLogs(t, address, "shop", "Table not found: users")
	p.WaitFor(t, "log.cluster.id: Str(")
	require.Regexp(t, `log\.cluster\.id: Str\([0-9a-f]{16}\)`, p.Output())
	p.Stop(t)
}

// readmeBuilderLines returns the YAML block of the README that adds our
// processor to a builder config.
func readmeBuilderLines(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(program.Root(t), "README.md"))
	require.NoError(t, err)
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)\n```").FindAllSubmatch(readme, -1) {
		if text := string(block[1]); strings.Contains(text, "gomod: github.com/otelcol-aiops/otelcol-aiops") {
			return text
		}
	}
	require.FailNow(t, "README.md has no YAML block with our gomod line")
	return ""
}
